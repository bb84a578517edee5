import { fill } from './fill';
import { mailPage, mailText } from './mail-page';
import type { Messages } from './messages';

/** The message by which a channel is tried (试发): its subject, its one line, and both as a mail. */
export function channelTestMessage(
  { name, by, channel }: { name: string; by: string; channel: string },
  m: Messages,
): { subject: string; line: string; text: string; html: string } {
  const words = m.channelTest;
  const line = fill(words.line, { by, channel });
  const paragraphs = [fill(m.mail.greeting, { name }), line, words.nothing];
  return {
    subject: words.subject,
    line,
    text: [...paragraphs, m.mail.footer, ''].join('\n\n'),
    html: mailPage({
      language: m.language,
      title: words.subject,
      glance: line,
      brand: m.mail.brand,
      content: paragraphs.map(mailText),
      footer: m.mail.footer,
    }),
  };
}
