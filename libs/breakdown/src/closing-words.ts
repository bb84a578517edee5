import type { Span } from './breakdown.types';
import { skipBlanks } from './folded-text';

/** How the text behind the last item begins: what all are to do, and what is said of the document itself. */
const CLOSINGS =
  /^(?:各(?:地区?|级|部门|单位|有关|相关|牵头|责任|成员|省|市|县|区|镇|乡)|本(?:方案|意见|通知|措施|办法|计划|清单|文件)|以上|上述|附件|抄送|联系人|\(此件|此件)/;
/** The signature and its date, run together: 「某市人民政府2031年1月9日」. */
const SIGNATURE =
  /^[\u4e00-\u9fff]{2,40}(?:政府|办公室|办公厅|委员会|局|厅|委|部|院|会) ?(?:19|20)\d{2}年\d{1,2}月\d{1,2}日/;
const LONGEST_SIGNATURE = 64;

/**
 * Where an item ends whose paragraph goes on behind its last clause: there, if what follows closes the whole text. That
 * happens where line breaks were lost.
 */
export function endOfItem(folded: string, clause: Span, end: number): number {
  let at = clause.end;
  while (at < end && '。;,.、 '.includes(folded[at] ?? '')) at++;
  const start = skipBlanks(folded, at, end);
  const words = folded.slice(start, Math.min(end, start + LONGEST_SIGNATURE));
  return CLOSINGS.test(words) || SIGNATURE.test(words) ? at : end;
}
