import { PAGES } from '../pages';
import en from '../words/en/help';
import zh from '../words/zh/help';
import { HELPED, helpOf } from './help-of';
import { hasToured, keepToured, kindOf } from './toured';

describe('Help', () => {
  it.each([
    ['/mine', 'mine'],
    ['/mine/task/part/report', 'act'],
    ['/tasks/1', 'tasks'],
    ['/board', 'board'],
    ['/nowhere', 'general'],
    ['/', 'general'],
  ])('on %s is that of %s', (pathname, key) => {
    expect(helpOf(pathname)).toBe(key);
  });

  it('has a text for every page of the navigation', () => {
    const without = PAGES.filter(({ nav, path }) => nav !== undefined && helpOf(path) === 'general');
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it('says as much in both languages', () => {
    for (const key of [...HELPED, 'act', 'general'] as const)
      expect(en[key].points).toHaveLength(zh[key].points.length);
  });
});

describe('The tour', () => {
  const kept = new Map<string, string>();
  beforeAll(() =>
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      value: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => kept.set(key, value),
      },
    }),
  );
  afterAll(() => Reflect.deleteProperty(globalThis, 'localStorage'));

  it('comes once to each kind of person, whichever of its posts they act in', () => {
    expect(hasToured('ann', 'contact')).toBe(false);
    keepToured('ann', 'contact');
    expect(hasToured('ann', 'head')).toBe(true);
    expect(hasToured('ann', 'leader')).toBe(false);
    expect(hasToured('bob', 'contact')).toBe(false);
    expect(kindOf('security')).toBe('admin');
  });
});
