import { BracketStack, isCloser, isOpener } from './brackets';

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
    expect(['(', '[', '〔', '【', '<'].every(isOpener)).toBe(true);
    expect([')', ']', '〕', '】', '>'].every(isCloser)).toBe(true);
    expect(isOpener(undefined)).toBe(false);
  });
});
