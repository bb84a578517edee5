import { BracketStack, isCloserAt, isOpenerAt } from './brackets';

describe('BracketStack', () => {
  it('closes the nearest opener of the kind and abandons what was opened since', () => {
    const stack = new BracketStack<string>();
    stack.push('(', 0);
    stack.push('〔', 5);
    stack.push('<', 7);
    const { opener, abandoned } = stack.close('〕');
    expect(opener?.at).toBe(5);
    expect(abandoned.map((bracket) => bracket.at)).toEqual([7]);
    expect(stack.top?.at).toBe(0);
  });
  it('lets a stray closer close nothing', () => {
    const stack = new BracketStack<string>();
    stack.push('(', 0);
    expect(stack.close(']').opener).toBeNull();
    expect(stack.drain()).toHaveLength(1);
    expect(stack.top).toBeUndefined();
  });
  it('knows openers and closers of all shapes', () => {
    const places = [0, 1, 2, 3, 4, 5];
    expect(places.map((at) => isOpenerAt('([〔【<)', at))).toEqual([true, true, true, true, true, false]);
    expect(places.map((at) => isCloserAt(')]〕】>(', at))).toEqual([true, true, true, true, true, false]);
    expect([isOpenerAt('(', 1), isOpenerAt('(', -1)]).toEqual([false, false]);
  });
});
