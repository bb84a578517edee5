/*
 * The look of a mail. Mail programs know tables and styles in the tags, and little else; nothing is loaded from
 * elsewhere, since they ask before they do, and a mail that says who opened it is none of an office's business.
 */

/** Where the eye goes: something late or refused, something to do, something to know. */
export type Tone = 'late' | 'due' | 'news';

const COLOURS: Readonly<Record<Tone, string>> = { late: '#b42318', due: '#1d4ed8', news: '#475467' };
const TEXT = "font-family:-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',Arial,sans-serif;";
/** Long words, such as addresses, break rather than widen the page of a telephone. */
const WRAPS = 'word-break:break-word;overflow-wrap:anywhere;';

/**
 * A whole page around what a mail says.
 *
 * @param title as the subject says it
 * @param glance what lists of mails show beside the subject
 */
export function mailPage({
  language,
  title,
  glance,
  brand,
  content,
  footer,
}: {
  language: 'zh' | 'en';
  title: string;
  glance: string;
  brand: string;
  /** Rows of the functions below. */
  content: readonly string[];
  footer: string;
}): string {
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(title)}</title>
<style>
@media (prefers-color-scheme: dark) {
  .page { background: #101828 !important; }
  .card { background: #1d2939 !important; }
  .says { color: #f2f4f7 !important; }
  .late { color: #fda29b !important; border-color: #fda29b !important; }
  .due { color: #93c5fd !important; border-color: #93c5fd !important; }
  .news, .quiet { color: #cbd5e1 !important; border-color: #98a2b3 !important; }
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f2f4f7;">
<div style="display:none;max-height:0;overflow:hidden;">${escape(glance)}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;background:#f2f4f7;">
<tr><td align="center" style="padding:16px 8px;">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;max-width:640px;background:#ffffff;border-radius:8px;">
<tr><td style="padding:14px 20px;background:#b42318;border-radius:8px 8px 0 0;color:#ffffff;${TEXT}font-size:16px;font-weight:bold;letter-spacing:1px;">${escape(brand)}</td></tr>
${content.join('\n')}
<tr><td class="quiet" style="padding:16px 20px 20px;color:#475467;${TEXT}font-size:13px;line-height:1.6;">${escape(footer)}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

export const mailText = (text: string): string =>
  `<tr><td class="says" style="padding:16px 20px 0;color:#101828;${TEXT}${WRAPS}font-size:16px;line-height:1.7;">${escape(text)}</td></tr>`;

export const mailHeading = (text: string): string =>
  `<tr><td><h2 class="says" style="margin:0;padding:20px 20px 0;color:#101828;${TEXT}font-size:15px;line-height:1.5;">${escape(text)}</h2></td></tr>`;

/** What is taken as it stands, such as what was signed. */
export const mailVerbatim = (text: string): string =>
  `<tr><td style="padding:16px 20px 0;"><pre class="says" style="margin:0;padding:12px;border:1px solid #d0d5dd;border-radius:6px;color:#101828;font-size:13px;line-height:1.5;white-space:pre-wrap;${WRAPS}">${escape(text)}</pre></td></tr>`;

/** One line of a digest: its mark (【催办】, [Urged]) in the colour of its tone. */
export function mailLine(text: string, number: number, tone: Tone): string {
  const mark = MARKS.exec(text)?.[0] ?? '';
  const marked = mark === '' ? '' : `<strong class="${tone}" style="color:${COLOURS[tone]};">${escape(mark)}</strong>`;
  return `<tr><td style="padding:10px 20px 0;"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;"><tr><td class="${tone}" style="border-left:4px solid ${COLOURS[tone]};padding:2px 0 2px 12px;"><span class="says" style="color:#101828;${TEXT}${WRAPS}font-size:15px;line-height:1.7;">${number}. ${marked}${escape(text.slice(mark.length))}</span></td></tr></table></td></tr>`;
}

/** What a line begins with, of a copy two. */
const MARKS = /^(?:(?:【[^】]{1,30}】){1,2}|\[[^\]]{1,40}\](?: \[[^\]]{1,40}\])?)/u;

export const mailButton = (text: string, url: string): string =>
  `<tr><td style="padding:20px 20px 0;"><a href="${escape(url)}" style="display:inline-block;padding:10px 22px;background:#b42318;border-radius:6px;color:#ffffff;${TEXT}font-size:15px;text-decoration:none;">${escape(text)}</a></td></tr>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML. */
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
