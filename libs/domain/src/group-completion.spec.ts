import fc from 'fast-check';
import { type GroupRule, isGroupComplete, type MemberPart } from './group-completion';

const PARTS: Record<string, MemberPart> = { d: 'done', o: 'open', g: 'gone' };
const read = (letters: string): MemberPart[] => [...letters].map((letter) => PARTS[letter]!);

it.each<[GroupRule, string, boolean]>([
  ['all', 'ddd', true],
  ['all', 'ddo', false],
  ['all', 'ddg', true],
  ['any', 'doo', true],
  ['any', 'ooo', false],
  [{ atLeast: 2 }, 'doo', false],
  [{ atLeast: 2 }, 'ddo', true],
  // One left behind: of those who are left, all.
  [{ atLeast: 2 }, 'dgg', true],
  [{ atLeast: 2 }, 'ogg', false],
  ['any', 'ggg', true],
  ['all', '', true],
])('%j of %s: %s', (rule, letters, expected) => {
  expect(isGroupComplete(rule, read(letters))).toBe(expected);
});

describe('isGroupComplete', () => {
  const parts = fc.array(fc.constantFrom<MemberPart>('done', 'open', 'gone'), { maxLength: 8 });
  const rule: fc.Arbitrary<GroupRule> = fc.oneof(
    fc.constantFrom<GroupRule>('all', 'any'),
    fc.integer({ min: 1, max: 9 }).map((atLeast) => ({ atLeast })),
  );

  it('with all is with any, and with as many as there are is with all', () => {
    fc.assert(
      fc.property(parts, (some) => {
        if (isGroupComplete('all', some)) expect(isGroupComplete('any', some)).toBe(true);
        expect(isGroupComplete({ atLeast: Math.max(1, some.length) }, some)).toBe(isGroupComplete('all', some));
        expect(isGroupComplete({ atLeast: 1 }, some)).toBe(isGroupComplete('any', some));
      }),
    );
  });

  it('stays so when one more is done, or one that was not done leaves', () => {
    fc.assert(
      fc.property(rule, parts, fc.nat(), (one, some, at) => {
        if (some.length === 0 || !isGroupComplete(one, some)) return;
        const i = at % some.length;
        expect(isGroupComplete(one, some.with(i, 'done'))).toBe(true);
        if (some[i] === 'open') expect(isGroupComplete(one, some.with(i, 'gone'))).toBe(true);
      }),
    );
  });

  it('does not wait for those who have left', () => {
    fc.assert(
      fc.property(rule, parts, (one, some) => {
        const left = some.filter((part) => part !== 'gone');
        expect(isGroupComplete(one, some)).toBe(isGroupComplete(one, left));
        if (!left.includes('open')) expect(isGroupComplete(one, some)).toBe(true);
      }),
    );
  });
});
