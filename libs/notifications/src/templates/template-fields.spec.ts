import { TEMPLATES_ABOUT, wordsAbout } from './messages';
import { fieldsOf, templateFaults, withOwnNames } from './template-fields';
import { LANGUAGES } from '.';

const codes = (text: string): string[] => templateFaults('urge', text).map(({ code }) => code);
const WHOLE = '{事项}（{单位}）应于{时限}前{应办事项}';

describe('The fields of message templates', () => {
  it('have each a Chinese name of its own', () => {
    for (const sort of TEMPLATES_ABOUT) {
      const fields = fieldsOf(sort);
      expect(fields.filter(({ chinese }) => !/^\p{Script=Han}+$/u.test(chinese))).toEqual([]);
      expect(new Set(fields.map(({ chinese }) => chinese)).size).toBe(fields.length);
    }
  });

  it.each(Object.values(LANGUAGES).map((m) => [m.language, m] as const))(
    'are those of duban’s own words, which have no fault, in %s',
    (_, messages) => {
      for (const sort of TEMPLATES_ABOUT) expect(templateFaults(sort, wordsAbout(sort, messages))).toEqual([]);
    },
  );

  it.each<[string, string, string[]]>([
    ['in Chinese', WHOLE, []],
    ['in English', '{item} ({unit}) was to {duty} by {due}{timing}', []],
    ['in both', '{item}（{单位}）应于{due}前{应办事项}', []],
    ['an unknown one', `${WHOLE}，联系{电话}`, ['MESSAGE_TEMPLATE.UNKNOWN_FIELD']],
    ['one of another kind of message', `${WHOLE}，{批示内容}`, ['MESSAGE_TEMPLATE.UNKNOWN_FIELD']],
    ['an empty one', `${WHOLE}{}`, ['MESSAGE_TEMPLATE.UNKNOWN_FIELD']],
    ['what every object has', `${WHOLE}{constructor}`, ['MESSAGE_TEMPLATE.UNKNOWN_FIELD']],
    ['a brace that opens nothing', `${WHOLE}}`, ['MESSAGE_TEMPLATE.BROKEN_FIELD']],
    ['a brace in a brace', `${WHOLE}{{timing}}`, ['MESSAGE_TEMPLATE.BROKEN_FIELD']],
    ['no matter named', '{单位}应于{时限}前{应办事项}', ['MESSAGE_TEMPLATE.FIELD_MISSING']],
    ['no field at all', '请办理', Array.from({ length: 4 }, () => 'MESSAGE_TEMPLATE.FIELD_MISSING')],
  ])('%s', (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it('are filled by the names of the code', () => {
    expect(withOwnNames('urge', '{事项}{item}{不明}')).toBe('{item}{item}{不明}');
  });
});
