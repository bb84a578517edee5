import { keepMatterDraft, readMatterDraft } from './matter-draft';

describe('The draft of a matter', () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    Object.defineProperty(globalThis, 'localStorage', {
      value: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => kept.set(key, value),
        removeItem: (key: string) => kept.delete(key),
      },
      configurable: true,
    });
  });
  afterAll(() => Reflect.deleteProperty(globalThis, 'localStorage'));

  it('is kept for who wrote it, without the petitioner, whom not everybody at the machine may read', () => {
    keepMatterDraft('ann', { content: '道路积水', petitioner: { name: '王小明', phone: '13800000000' } } as object);
    expect(readMatterDraft('ann')).toEqual({ content: '道路积水' });
    expect(readMatterDraft('bob')).toEqual({});
    expect([...kept.values()].join()).not.toMatch(/王小明|13800000000/);
  });

  it('takes away what lay there before, of everybody and with the petitioner', () => {
    kept.set('duban.matter', JSON.stringify({ petitioner: { name: '王小明' } }));
    expect(readMatterDraft('ann')).toEqual({});
    expect(kept.size).toBe(0);
  });
});
