/** What ends a sentence, with the quotation marks and brackets that close after it. */
const SENTENCE = /[^。！？；\r\n]*(?:[。！？；]+[”’』」）〉》】)]*|$)/gmu;
const ENDED = /[。！？；][”’』」）〉》】)]*$/u;

/** The sentences of a text as they are given, by 。！？； and the ends of lines; blanks around them say nothing. */
export const sentencesOf = (text: string): string[] =>
  (text.match(SENTENCE) ?? []).map((sentence) => sentence.trim()).filter((sentence) => sentence !== '');

/** The text that sentences say in their order; one that no mark ends has a line of its own. */
export const textOfSentences = (sentences: readonly string[]): string =>
  sentences.reduce((text, sentence) => (text === '' || ENDED.test(text) ? text : `${text}\n`) + sentence, '');
