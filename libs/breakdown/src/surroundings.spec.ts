import { Surrounder } from './surroundings';

describe('Surrounder', () => {
  const text = '兴修水利。新修水渠5条,清淤8处;完工。';
  const around = (surrounder: Surrounder, words: string) =>
    surrounder.around({ start: text.indexOf(words), end: text.indexOf(words) + words.length });

  it('gives clause and sentence of stretches in order', () => {
    const surrounder = new Surrounder(text);
    expect(around(surrounder, '5条')).toMatchObject({
      before: '新修水渠',
      behind: '',
      sentence: '新修水渠5条,清淤8处',
    });
    expect(around(surrounder, '8处')).toMatchObject({ before: '清淤', behind: '', sentence: '新修水渠5条,清淤8处' });
  });
  it('is bounded', () => {
    const long = '渠'.repeat(1000);
    expect(new Surrounder(long).around({ start: 500, end: 501 }).before).toHaveLength(100);
  });
});
