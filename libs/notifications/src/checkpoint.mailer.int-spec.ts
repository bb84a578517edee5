import { parseNote, signNote, textOf } from '@duban/history';
import { generateKeyPairSync } from 'node:crypto';
import { MailServer, refusal } from '../test/mail-server';
import { NO_TOKENS } from '../test/no-tokens';
import { createChannels } from './channels';
import { CheckpointMailer } from './checkpoint.mailer';
import { LANGUAGES } from './templates';

const ORIGIN = 'duban.history/0198f3a2-7c1e-7d2a-9c55-0b6a8f1e2d3c';
const signedAt = '2026-03-02T01:00:00.000000Z';
const text = textOf({
  origin: ORIGIN,
  size: 12_345,
  root: Buffer.alloc(32, 7),
  number: 17,
  hash: 'sha256',
  signedAt,
  previous: null,
});
const note = signNote(ORIGIN, text, [generateKeyPairSync('ed25519').privateKey]);
const checkpoint = {
  number: 17,
  size: 12_345,
  root: '',
  hash: 'sha256' as const,
  signedAt: new Date(signedAt),
  keyIds: [],
  note,
  handedOut: [],
};

describe('CheckpointMailer', () => {
  const server = new MailServer();
  const channels = () => createChannels({ SMTP_URL: server.url, SMTP_FROM: 'duban <duban@city.example>' }, NO_TOKENS);
  beforeAll(() => server.start());
  afterAll(() => server.stop());

  it.each([
    ['zh', '督办：第17号存证', '12345条'],
    ['en', 'duban: checkpoint 17', '12345 events'],
  ] as const)('sends what was signed, byte by byte, in %s', async (language, subject, words) => {
    const set = channels();
    await new CheckpointMailer(set, LANGUAGES[language]).send('audit@city.example', checkpoint);
    set.onApplicationShutdown();
    const mail = server.mails.at(-1)!;
    expect(mail.subject).toBe(subject);
    expect(mail.text).toContain(words);
    const kept = mail.text!.slice(mail.text!.indexOf('duban.history/'));
    expect(parseNote(kept.slice(0, kept.lastIndexOf('=\n') + 2))?.text).toBe(text);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  });

  it('says what the server said, for the place to be asked again', async () => {
    server.onRecipient = () => refusal(452, 'come back later');
    const set = channels();
    await expect(new CheckpointMailer(set, LANGUAGES.zh).send('audit@city.example', checkpoint)).rejects.toThrow(
      'come back later',
    );
    set.onApplicationShutdown();
  });
});
