import { newId } from '@duban/kernel';
import { MailServer } from '../../test/mail-server';
import { SmtpChannel } from './smtp.channel';

describe('A mail', () => {
  const server = new MailServer();
  let channel: SmtpChannel;
  beforeAll(async () => {
    await server.start();
    channel = new SmtpChannel(server.url, 'duban <duban@city.example>', null, null);
  });
  afterAll(async () => {
    channel.close();
    await server.stop();
  });

  it.each([
    ['the name', { name: '王芳\r\nBcc: b@city.example' }],
    ['the subject', { subject: '催办\r\nBcc: b@city.example\r\n\r\n另一封' }],
    ['the thread', { thread: 'task-1>\r\nBcc: b@city.example\r\nX-A: <' }],
  ])('has no header more for a line break in %s (mail header injection)', async (_, given) => {
    const told = { subject: '催办', text: '请办', html: '<p>请办</p>', items: [] };
    await channel.send({ id: newId(), address: 'a@city.example', name: '王芳', ...told, ...given });
    const { bcc, to, headers, text } = server.mails.at(-1)!;
    expect(bcc).toBeUndefined();
    expect([to].flat().flatMap((one) => one!.value.map(({ address }) => address))).toEqual(['a@city.example']);
    expect([...headers.keys()].filter((name) => /^(bcc|x-a)$/.test(name))).toEqual([]);
    expect(text?.trim()).toBe('请办');
  });

  it('goes to one address, whatever stands in it', async () => {
    const told = { name: '王芳', subject: '催办', text: '请办', html: '<p>请办</p>', items: [] };
    const count = server.mails.length;
    for (const address of ['a@city.example\r\nRCPT TO:<b@city.example>', 'a@city.example>\r\nDATA']) {
      await channel.send({ id: newId(), address, ...told }).catch(() => undefined);
    }
    expect(server.mails.slice(count).flatMap(({ to }) => [to].flat().flatMap((one) => one!.value))).toEqual(
      server.mails.slice(count).map(() => expect.anything()),
    );
    expect(JSON.stringify(server.mails)).not.toContain('"address":"b@city.example"');
  });
});
