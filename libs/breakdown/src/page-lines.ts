import type { Span } from './breakdown.types';
import type { ClauseReader } from './clauses';
import type { Layout, Paragraph } from './layout';
import { isDateLine, isIssuer } from './title';

/** Words that a line of a web page begins with, around the text and no part of it. */
const PAGE_WORDS = [
  '(此件',
  '此件',
  '附件',
  '抄送',
  '分送',
  '发送',
  '主送',
  '出席',
  '列席',
  '参会人员',
  '参加人员',
  '记录',
  '主办',
  '承办',
  '协办',
  '主管',
  '技术支持',
  '技术维护',
  '运行维护',
  '运维',
  '建设维护',
  '建设运维',
  '版权',
  'Copyright',
  'copyright',
  '©',
  '地址',
  '邮编',
  '邮政编码',
  '邮箱',
  '电话',
  '联系',
  '传真',
  '备案',
  '网站',
  '网址',
  '政府网站',
  '来源',
  '信息来源',
  '文章来源',
  '稿源',
  '责任编辑',
  '责编',
  '编辑',
  '作者',
  '审核',
  '校对',
  '发布',
  '索引号',
  '浏览',
  '阅读',
  '点击',
  '字号',
  '字体',
  '分享',
  '上一篇',
  '下一篇',
  '上一条',
  '下一条',
  '声明',
  '免责',
  '特别声明',
  '本文',
  '关于我们',
  '关于本站',
  '您是第',
  '扫一扫',
  '扫码',
  '我要',
  '留言',
  '评论',
  '网友',
  '打印',
  '【打印',
  '[打印',
  '关闭',
  '【关闭',
  '收藏',
  '返回',
  '←',
  '相关',
  '推荐',
  '热门',
  '政策解读',
  '无障碍',
  '首页',
];
/** Duties that a page's own line names too (主办：…政府办公室): only what stands around tells whose they are. */
const PAGE_DUTIES = ['主办', '承办', '协办', '主管', '指导', '支持'];
const LONGEST_PAGE_LABEL = 8;
const LONGEST_ISSUER = 30;
/** How many lines may stand between the signature and its date: further signatures. */
const SIGNATURES = 4;

/** What a paragraph is to the plan: `duty` may be a task's or the page's, `text` says nothing either way. */
type LineKind = 'clause' | 'label' | 'duty' | 'text';

/** Whether a line tells who does what as a page does too of itself: 「主办：…办公室」. */
export const namesPageDuty = ({ folded }: Layout, { start }: Span): boolean =>
  PAGE_DUTIES.some((duty) => folded.startsWith(duty, start)) &&
  folded.slice(start, start + LONGEST_PAGE_LABEL).includes(':');

function kindOf(layout: Layout, paragraph: Paragraph, read: ClauseReader): LineKind {
  const { folded } = layout;
  const [first] = read(folded, paragraph);
  if (!first) return paragraph.ordinal ? 'label' : 'text';
  return first.start === paragraph.start && namesPageDuty(layout, paragraph) ? 'duty' : 'clause';
}

const lineOf = (layout: Layout, paragraph: Paragraph): string =>
  layout.folded.slice(paragraph.start, Math.min(paragraph.end, paragraph.start + LONGEST_ISSUER + 1));

/** Whether a folded line is one that a page puts behind its text: 版权所有…, 上一篇：…. */
export const endsPage = (line: string): boolean => PAGE_WORDS.some((word) => line.startsWith(word));

/** Whether a paragraph ends the text: a signature above its date, a date alone, or what a page says of itself. */
function endsText(layout: Layout, index: number): boolean {
  const line = (at: number): string => {
    const paragraph = layout.paragraphs[at];
    return paragraph ? lineOf(layout, paragraph) : '';
  };
  const own = line(index);
  if (isDateLine(own) || endsPage(own)) return true;
  if (!isIssuer(own)) return false;
  for (let at = index + 1; at <= index + SIGNATURES; at++) {
    if (isDateLine(line(at))) return true;
    if (!isIssuer(line(at))) return false;
  }
  return false;
}

/**
 * The paragraphs of a text without the lines of the page around it: from the signature behind the last item to the end,
 * and lines such as 「主办：…办公室 运行维护：…局」 above or below the items. Those count as assignments only where one
 * stands between two items, or where the text has no others, and no table has (`assignsElsewhere`).
 */
export function withoutPageLines(layout: Layout, read: ClauseReader, assignsElsewhere = false): Paragraph[] {
  const { paragraphs } = layout;
  const kinds = paragraphs.map((paragraph) => kindOf(layout, paragraph, read));
  const isItem = (kind: LineKind): boolean => kind === 'clause' || kind === 'label';
  const first = kinds.findIndex(isItem);
  const last = kinds.findLastIndex(isItem);
  if (last < 0)
    return assignsElsewhere ? paragraphs.filter((_paragraph, index) => kinds[index] !== 'duty') : paragraphs;
  const dutiesAssign = (!kinds.includes('clause') && !assignsElsewhere) || kinds.slice(first, last).includes('duty');
  const end = paragraphs.findIndex(
    (_paragraph, index) => index > last && !(dutiesAssign && kinds[index] === 'duty') && endsText(layout, index),
  );
  return paragraphs.filter(
    (_paragraph, index) => (end < 0 || index < end) && (dutiesAssign || kinds[index] !== 'duty'),
  );
}
