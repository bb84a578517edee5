import type { ListedCheckpoint } from '@duban/history';
import { fill } from './fill';
import { mailPage, mailText, mailVerbatim } from './mail-page';
import type { Messages } from './messages';

/** The mail that carries a checkpoint (存证) outside, plain and as HTML: what was signed stands in it byte by byte. */
export function checkpointMail(
  { number, size, note }: Pick<ListedCheckpoint, 'number' | 'size' | 'note'>,
  m: Messages,
): { subject: string; text: string; html: string } {
  const words = m.checkpoint;
  const says = fill(words.says, { number, size });
  const subject = fill(words.subject, { number });
  return {
    subject,
    text: [says, words.keep, note, m.mail.footer, ''].join('\n\n'),
    html: mailPage({
      language: m.language,
      title: subject,
      glance: says,
      brand: m.mail.brand,
      content: [mailText(says), mailText(words.keep), mailVerbatim(note)],
      footer: m.mail.footer,
    }),
  };
}
