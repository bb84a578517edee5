import { fill } from './fill';
import { mailPage, mailText } from './mail-page';
import type { Messages } from './messages';

/** The mail with the code by which a password is reset (找回密码), plain and as HTML. @param url duban's own address */
export function passwordResetMail(
  { name, code, minutes, url }: { name: string; code: string; minutes: number; url: string | undefined },
  m: Messages,
): { subject: string; text: string; html: string } {
  const words = m.passwordReset;
  const paragraphs = [
    fill(m.mail.greeting, { name }),
    fill(words.code, { code, minutes }),
    ...(url === undefined ? [] : [fill(words.where, { url })]),
    words.warning,
  ];
  return {
    subject: words.subject,
    text: [...paragraphs, m.mail.footer, ''].join('\n\n'),
    html: mailPage({
      language: m.language,
      title: words.subject,
      // Lists of mails, and whoever looks over a shoulder, are not shown the code.
      glance: words.warning,
      brand: m.mail.brand,
      content: paragraphs.map(mailText),
      footer: m.mail.footer,
    }),
  };
}
