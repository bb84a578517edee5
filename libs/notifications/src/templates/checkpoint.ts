import type { ListedCheckpoint } from '@duban/history';
import { escape } from './digest';
import { fill } from './fill';
import type { Messages } from './messages';

/** The mail that carries a checkpoint (存证) outside, plain and as HTML: what was signed stands in it byte by byte. */
export function checkpointMail(
  { number, size, note }: Pick<ListedCheckpoint, 'number' | 'size' | 'note'>,
  m: Messages,
): { subject: string; text: string; html: string } {
  const words = m.checkpoint;
  const says = fill(words.says, { number, size });
  return {
    subject: fill(words.subject, { number }),
    text: [says, words.keep, note, m.mail.footer, ''].join('\n\n'),
    html: `<p>${escape(says)}</p>\n<p>${escape(words.keep)}</p>\n<pre>${escape(note)}</pre>\n<p><small>${escape(m.mail.footer)}</small></p>\n`,
  };
}
