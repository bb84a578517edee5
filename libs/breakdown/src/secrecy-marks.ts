const GRADE = '(?:绝\\s*密|机\\s*密|秘\\s*密)';
const STAR = '[★☆⭐✩✪]';
const TERM = '(?:长\\s*期|\\d{1,3}\\s*(?:年|个?月|天|日)?)';
const URGENCY = '(?:特\\s*急|加\\s*急|特\\s*提|平\\s*急|急\\s*件)';
/** A number of the copy (份号) may stand before it, the urgency after it. */
const LINE_END = `\\s*(?:${TERM})?\\s*(?:${URGENCY})?\\s*$`;

/** `机密★1年`, on a line of its own: nothing else looks like it. */
const STARRED_LINE = new RegExp(`^(?:№?\\s*\\d{1,8}\\s+)?${GRADE}\\s*${STAR}${LINE_END}`, 'u');
/** In the head of a document (版头) less is enough. */
const HEAD_MARKS = [
  new RegExp(`^(?:№?\\s*\\d{1,8}\\s+)?${GRADE}\\s*${STAR}`, 'u'),
  new RegExp(`\\s${GRADE}\\s*${STAR}${LINE_END}`, 'u'),
  new RegExp(`^[【［\\[(（〔]?\\s*${GRADE}\\s*[】］\\])）〕]?\\s*(?:${URGENCY})?\\s*$`, 'u'),
  new RegExp(
    `密\\s*级(?:\\s*和?\\s*保密期限)?\\s*[:：\\t|｜,，]\\s*[【［\\[(（]?\\s*${GRADE}(?![\\p{Script=Han}])`,
    'u',
  ),
];
/** One stands for a row of them, which the patterns would try against each other; a tab parts the cells of a table. */
const BLANKS = /[\s\u200b-\u200f\ufeff\u00a0\u3000]+/g;
/** Lines with something in them that a head has at most: number, grade, urgency, issuer, number of the document, title. */
const HEAD_LINES = 15;

/**
 * The line with the marking of a state secret (密级标志), counted from 1; null where there is none. What a document says
 * *about* secrets, 保密工作 or 商业秘密, is no marking.
 */
export function secrecyMarkLine(text: string): number | null {
  let filled = 0;
  let number = 0;
  for (const line of text.split(/\r\n|[\n\r\f\v\u2028\u2029]/)) {
    number++;
    const words = line.replace(BLANKS, (blanks) => (blanks.includes('\t') ? '\t' : ' ')).trim();
    if (words === '') continue;
    filled++;
    if (STARRED_LINE.test(words)) return number;
    if (filled <= HEAD_LINES && HEAD_MARKS.some((mark) => mark.test(words))) return number;
  }
  return null;
}
