import fc from 'fast-check';
import { fold } from './folded-text';
import { originalSpan, tighten } from './tight-text';

describe('tighten', () => {
  it.each([
    ['到 2033 年 60　家', '到2033年60家'],
    ['市水务局 市财政局', '市水务局 市财政局'],
    ['12 30', '12 30'],
    ['3    个', '3    个'],
  ])('makes %j %j', (text, folded) => expect(tighten(text).folded).toBe(folded));

  it('knows where each character stood', () => {
    const words = fc.array(fc.constantFrom(...'到年5６ \u3000个，'), { maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(words, (text) => {
        const tight = tighten(text);
        [...tight.folded].forEach((character, at) => expect(fold(text)[tight.originalAt(at)]).toBe(character));
        const whole = originalSpan(tight, 0, tight.folded.length);
        expect(fold(text).slice(whole.end).trim()).toBe('');
      }),
    );
  });
});
