import { canonicalEvent, canonicalJson } from './canonical-event';

const NOTHING = {};
const after = (json: string): unknown =>
  (JSON.parse(canonicalEvent({ after: json }).toString()) as { after: unknown }).after;

describe('canonicalJson', () => {
  it('is what RFC 8785 gives for its example', () => {
    const given = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],` +
        String.raw`"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    ) as unknown;
    expect(canonicalJson(given)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('has members in the order of their UTF-16 code units, as the RFC shows', () => {
    const given = JSON.parse(
      String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",` +
        String.raw`"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
    ) as Record<string, string>;
    const ordered = Object.values(
      JSON.parse(`[${[...canonicalJson(given).matchAll(/:("[^"]*")/g)].map(([, v]) => v).join()}]`) as object,
    );
    expect(ordered).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('keeps a member that JavaScript takes for something else', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":[]}}'))).toBe('{"__proto__":{"a":[]},"b":1}');
  });
});

describe('canonicalEvent', () => {
  it('leaves out what is empty, and only that: an empty text, a null of JSON and an empty state are something', () => {
    expect(canonicalEvent({ seq: '7', reason: null, planId: null, before: null }).toString()).toBe('{"seq":"7"}');
    expect(canonicalEvent({ seq: '7', reason: '', before: 'null', after: '{}' }).toString()).toBe(
      '{"after":{},"before":"null","reason":"","seq":"7"}',
    );
    expect(canonicalEvent(NOTHING).toString()).toBe('{}');
  });

  it('keeps an instant to the microsecond', () => {
    expect(canonicalEvent({ occurredAt: '2026-01-08T01:02:03.000004' }).toString()).toBe(
      '{"occurredAt":"2026-01-08T01:02:03.000004Z"}',
    );
  });

  it.each([
    ['0.1', 0.1],
    ['-12.50', -12.5],
    ['1000000000000000000000', 1e21],
    ['0.00000000000000000000000000012', 1.2e-28],
    ['9007199254740993', '{"n": 9007199254740993}'],
    ['1.00000000000000000001', '{"n": 1.00000000000000000001}'],
    [`1${'0'.repeat(400)}`, `{"n": 1${'0'.repeat(400)}}`],
    ['"9007199254740993 \\" 1.00000000000000000001"', '9007199254740993 " 1.00000000000000000001'],
  ])('holds the number %s exactly, by itself or as the text of its state', (number, expected) => {
    const held = after(`{"n": ${number}}`);
    expect(typeof expected === 'string' && expected.startsWith('{') ? held : (held as { n: unknown }).n).toBe(expected);
  });

  it('never gives two states one form: a text that looks like a state is none', () => {
    const state = '{"n": 1.00000000000000000001}';
    const forms = [state, JSON.stringify(state), '"x"', '[]', 'null', '{}'].map((json) =>
      canonicalEvent({ after: json }).toString(),
    );
    expect(new Set(forms).size).toBe(forms.length);
  });
});
