import fc from 'fast-check';
import { sentencesOf, textOfSentences } from './sentences';

describe('sentencesOf', () => {
  it.each([
    ['已开工3处。其余待批！何时？年内；', ['已开工3处。', '其余待批！', '何时？', '年内；']],
    ['第一行\n第二行。\r\n\n第三行', ['第一行', '第二行。', '第三行']],
    ['批示：“抓紧办。”已落实（见附件。）后续照办', ['批示：“抓紧办。”', '已落实（见附件。）', '后续照办']],
    ['完成率98.5%，居第2位', ['完成率98.5%，居第2位']],
    ['好！！真好。。', ['好！！', '真好。。']],
    [' 。 ', ['。']],
    ['', []],
    [' \n ', []],
  ])('reads %j', (text, sentences) => {
    expect(sentencesOf(text)).toEqual(sentences);
  });

  const word = fc.string({ unit: fc.constantFrom('甲', '乙', '3', '，', '。', '；', '！', '”', '\n', ' ') });

  it('loses nothing but blanks and ends of lines', () => {
    const bare = (text: string): string => text.replace(/\s/gu, '');
    fc.assert(fc.property(word, (text) => expect(bare(sentencesOf(text).join(''))).toBe(bare(text))));
  });

  it('finds in a composed text the sentences of which it was composed', () => {
    fc.assert(
      fc.property(word, (text) => {
        const sentences = sentencesOf(text).filter((one) => !/^[”。；！]/u.test(one));
        expect(sentencesOf(textOfSentences(sentences))).toEqual(sentences);
      }),
    );
  });
});
