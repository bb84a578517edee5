import { dropDraft, dropOldDrafts, keepDraft, readDraft } from './draft-store';

/** As much of a browser's storage as drafts need; `full` refuses, as one that has no room left. */
class Storage {
  full = false;
  setItem(key: string, value: string): void {
    if (this.full) throw new Error('QuotaExceededError');
    Object.assign(this, { [key]: value });
  }
  getItem(key: string): string | null {
    return (this as unknown as Record<string, string | undefined>)[key] ?? null;
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}

describe('Drafts', () => {
  let storage: Storage;
  beforeEach(() => {
    storage = new Storage();
    Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  });
  afterAll(() => Reflect.deleteProperty(globalThis, 'localStorage'));

  it('are kept by person and form, and nobody finds another’s', () => {
    expect(keepDraft('ann', 'report.1', { text: '进展' })).toBe(true);
    expect(readDraft('ann', 'report.1')).toMatchObject({ values: { text: '进展' } });
    expect(readDraft('bob', 'report.1')).toBeNull();
    expect(readDraft('ann', 'report.2')).toBeNull();
    dropDraft('ann', 'report.1');
    expect(readDraft('ann', 'report.1')).toBeNull();
  });

  it('say when the browser does not keep them', () => {
    storage.full = true;
    expect(keepDraft('ann', 'report.1', { text: '进展' })).toBe(false);
  });

  it('that cannot be read are none', () => {
    storage.setItem('duban.draft.ann.report.1', '{');
    expect(readDraft('ann', 'report.1')).toBeNull();
  });

  it('are forgotten after two months, and nothing else is', () => {
    keepDraft('ann', 'old', {}, new Date('2026-06-01T00:00:00Z'));
    keepDraft('ann', 'new', {}, new Date('2026-09-01T00:00:00Z'));
    storage.setItem('duban.language', 'zh');
    storage.setItem('duban.draft.ann.broken', '{');
    dropOldDrafts(new Date('2026-09-21T00:00:00Z'));
    expect(readDraft('ann', 'old')).toBeNull();
    expect(readDraft('ann', 'new')).not.toBeNull();
    expect(storage.getItem('duban.language')).toBe('zh');
    expect(storage.getItem('duban.draft.ann.broken')).toBeNull();
  });
});
