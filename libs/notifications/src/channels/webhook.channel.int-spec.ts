import type { lookup as lookUp } from 'node:dns';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { Webhook } from 'standardwebhooks';
import { expiredCertificate } from '../../test/certificate';
import { HookServer } from '../../test/hook-server';
import { Networks } from '../destinations/networks';
import type { OutboundOptions } from '../destinations/outbound';
import { ChannelError, type DestinationMessage } from './channel';
import { WebhookChannel } from './webhook.channel';
import { newWebhookSecret } from './webhook-signature';

const LOCAL = new Networks(['127.0.0.0/8', '::1']);
const ITEM = {
  notificationId: 'b1c1a8f0-3f50-4e43-9a10-6f8f6d0a0001',
  kind: 'urge',
  text: '【催办】第12项“改造老旧小区260个”',
  unitCode: 'LD01',
  planId: null,
  taskId: null,
  obligationId: null,
  followUpId: null,
};

describe('WebhookChannel', () => {
  let server: HookServer;
  beforeEach(async () => {
    server = await new HookServer().start();
  });
  afterEach(() => server.stop());

  const channel = (options: Partial<OutboundOptions> = {}): WebhookChannel =>
    new WebhookChannel('https://duban.city.example', { networks: LOCAL, mostMs: 5_000, ...options });
  const message = (given: Partial<DestinationMessage> = {}): DestinationMessage => ({
    id: '0b9a3a52-6c1f-4a8f-8b67-000000000001',
    address: server.url(),
    subject: '督办：催办1件',
    items: [ITEM],
    composedAt: new Date('2026-04-21T01:00:00Z'),
    secrets: [newWebhookSecret()],
    ...given,
  });
  const failureOf = async (sending: Promise<unknown>): Promise<ChannelError> => {
    const error = await sending.then(
      () => null,
      (failed: unknown) => failed,
    );
    expect(error).toBeInstanceOf(ChannelError);
    return error as ChannelError;
  };

  it('sends one event that an independent library verifies, and no other key would', async () => {
    const sent = message();
    expect(await channel().send(sent)).toEqual({ state: 'delivered', answer: { status: 204, words: '' } });
    const [{ method, path, headers, body }] = server.came as [(typeof server.came)[0]];
    expect([method, path]).toEqual(['POST', '/hook']);
    const given = headers as Record<string, string>;
    const event = new Webhook(sent.secrets[0]!).verify(body, given);
    expect(event).toEqual({
      specversion: '1.0',
      id: sent.id,
      source: 'https://duban.city.example',
      type: 'duban.digest.v1',
      time: '2026-04-21T01:00:00.000Z',
      datacontenttype: 'application/json',
      data: { subject: sent.subject, items: [ITEM] },
    });
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(headers['webhook-id']).toBe(sent.id);
    expect(() => new Webhook(newWebhookSecret()).verify(body, given)).toThrow('No matching signature');
    expect(() => new Webhook(sent.secrets[0]!).verify(body.replace('催办', '提醒'), given)).toThrow();
  });

  it('signs by each key that holds, so that either verifies while one is changed', async () => {
    const secrets = [newWebhookSecret(), newWebhookSecret()];
    await channel().send(message({ secrets }));
    const [{ headers, body }] = server.came as [(typeof server.came)[0]];
    for (const secret of secrets) new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
  });

  it('shows an address without what stands in its query', () => {
    expect(channel().shownAddress(new URL('https://oa.example/hook?token=abc'))).toBe('https://oa.example/hook?…');
    expect(channel().shownAddress(new URL('https://oa.example/hook'))).toBe('https://oa.example/hook');
  });

  it.each([
    [429, { 'retry-after': '120' }, 120_000],
    [503, { 'retry-after': '7' }, 7_000],
    [503, {}, null],
    [400, {}, null],
    [404, {}, null],
    [500, {}, null],
  ])('comes again after %i %j, later where that is asked for', async (status, headers, retryAfterMs) => {
    server.onRequest = (response) => response.writeHead(status, headers).end('not now');
    expect(await failureOf(channel().send(message()))).toMatchObject({
      message: `answered with ${status}`,
      retryable: true,
      isLineDown: true,
      isGone: false,
      retryAfterMs,
      answer: { status, words: 'not now' },
    });
  });

  it('takes a date for how long to wait, too', async () => {
    server.onRequest = (response) =>
      response.writeHead(429, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }).end();
    const { retryAfterMs } = await failureOf(channel().send(message()));
    expect(retryAfterMs).toBeGreaterThan(3_500_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  it('does not come again after 410', async () => {
    server.onRequest = (response) => response.writeHead(410).end('bye');
    expect(await failureOf(channel().send(message()))).toMatchObject({ retryable: false, isGone: true });
  });

  it('follows no redirect', async () => {
    server.onRequest = (response) => response.writeHead(307, { location: server.url('/elsewhere') }).end();
    const { message: words, retryable } = await failureOf(channel().send(message()));
    expect([words, retryable]).toEqual(['307: redirects are not followed', true]);
    expect(server.came).toHaveLength(1);
  });

  it('keeps the beginning of an answer that does not end, and goes by its status', async () => {
    server.onRequest = (response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('好'.repeat(10_000)));
      };
      response.on('drain', pour);
      pour();
    };
    const { state, answer } = await channel().send(message());
    expect(state).toBe('delivered');
    expect(answer!.words.length).toBeLessThanOrEqual(4_096);
    expect(answer!.words.startsWith('好好')).toBe(true);
  });

  it('goes by the status of an answer whose body hangs', async () => {
    server.onRequest = (response) => {
      response.writeHead(200);
      response.write('half');
    };
    expect(await channel({ mostMs: 300 }).send(message())).toEqual({
      state: 'delivered',
      answer: { status: 200, words: 'half' },
    });
  });

  it('gives up a server that hangs', async () => {
    server.onRequest = () => undefined;
    expect(await failureOf(channel({ mostMs: 200 }).send(message()))).toMatchObject({
      message: 'no answer within 0.2 seconds',
      retryable: true,
      isLineDown: true,
    });
  });

  describe('with what is no server of webhooks', () => {
    let plain: Server;
    beforeEach(async () => {
      plain = createServer((socket) =>
        socket
          .on('error', () => undefined)
          .resume()
          .end('220 mail.example ESMTP\r\n'),
      );
      plain.listen(0, '127.0.0.1');
      await once(plain, 'listening');
    });
    afterEach(() => new Promise((done) => plain.close(done)));

    it('says what it said', async () => {
      const { port } = plain.address() as { port: number };
      const failure = await failureOf(channel().send(message({ address: `http://127.0.0.1:${port}/` })));
      expect(failure).toMatchObject({ retryable: true, isLineDown: true });
      expect(failure.message).not.toBe('');
    });
  });

  it('says that nobody listens, or that the connection broke off', async () => {
    server.onRequest = (response) => void response.destroy();
    const broken = await failureOf(channel().send(message()));
    expect(broken.message).toBe('the connection broke off (ECONNRESET)');
    await server.stop();
    const away = await failureOf(channel().send(message()));
    expect(away.message).toBe('nobody listens at the address (ECONNREFUSED)');
    server = await new HookServer().start();
  });

  it('names a certificate that has expired', async () => {
    const certificate = expiredCertificate();
    const expired = await new HookServer(certificate).start();
    const sending = channel({ ca: certificate.cert }).send(message({ address: expired.url() }));
    expect((await failureOf(sending)).message).toBe('the certificate of the server has expired (CERT_HAS_EXPIRED)');
    expect(expired.came).toEqual([]);
    await expired.stop();
  });

  describe('asks nobody inside', () => {
    const outside = new Networks();
    /** A name that leads where the spec says, each time it is asked. */
    const leadingTo = (...answers: string[][]): typeof lookUp =>
      ((_name: string, _options: object, done: (error: null, found: object[]) => void) => {
        const found = answers.length > 1 ? answers.shift()! : answers[0]!;
        done(
          null,
          found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      }) as unknown as typeof lookUp;

    it.each([
      'http://127.0.0.1:1/',
      'http://[::1]:1/',
      'http://0x7f.1:1/',
      'http://2130706433:1/',
      'https://[::ffff:10.0.0.1]/',
    ])('at %s', async (address) => {
      const { message: words, retryable } = await failureOf(channel({ networks: outside }).send(message({ address })));
      expect(words).toMatch(/is not a public address; DUBAN_DESTINATION_NETWORKS does not name it$/);
      expect(retryable).toBe(true);
    });

    it('by a name that leads there', async () => {
      const resolve = leadingTo(['127.0.0.1']);
      const failure = await failureOf(
        channel({ networks: outside, resolve }).send(message({ address: `https://oa.example:${server.port}/` })),
      );
      expect(failure.message).toBe(
        'oa.example: 127.0.0.1 is not a public address; DUBAN_DESTINATION_NETWORKS does not name it',
      );
      expect(server.came).toEqual([]);
    });

    it('by a name that changes its meaning once it was looked up (DNS rebinding)', async () => {
      // The address that was checked is the one that is asked: nobody looks the name up a second time.
      const resolve = leadingTo(['127.0.0.1'], ['10.0.0.1']);
      const address = `http://oa.example:${server.port}/`;
      const one = channel({ resolve });
      expect(await one.send(message({ address }))).toMatchObject({ state: 'delivered' });
      expect((await failureOf(one.send(message({ address })))).message).toContain('10.0.0.1 is not a public address');
      expect(server.came).toHaveLength(1);
    });

    it('by a name that leads outside and inside: only the one outside is asked', async () => {
      const resolve = leadingTo(['10.0.0.1', '127.0.0.1']);
      await channel({ resolve }).send(message({ address: `http://oa.example:${server.port}/` }));
      expect(server.came).toHaveLength(1);
    });

    it('and in clear text nobody outside', async () => {
      const resolve = leadingTo(['8.8.8.8']);
      const failure = await failureOf(channel({ resolve }).send(message({ address: 'http://oa.example/' })));
      expect(failure.message).toBe('oa.example: 8.8.8.8 is to be asked by https');
    });
  });
});
