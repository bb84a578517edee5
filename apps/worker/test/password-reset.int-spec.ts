import { DemonstrationClock } from '@duban/database';
import { loadConfig } from '@duban/platform';
import { until } from '@duban/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Edge, expectProblem, START, useEdge } from '../../api/test/edge';
import { MailServer } from '../../../libs/notifications/test/mail-server';
import { WorkerModule } from '../src/worker.module';

/** Over HTTP, through the queue and a real mail server. */
describe('A forgotten password', () => {
  const mail = new MailServer();
  let worker: INestApplicationContext | undefined;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    await mail.start();
    const ground = {
      config: loadConfig({ SMTP_URL: mail.url, SMTP_FROM: 'duban <duban@city.example>', SWEEP_SECONDS: '1' }),
      clock: await DemonstrationClock.open(database.url, new Date(START)),
      databaseUrl: database.url,
    };
    worker = await NestFactory.createApplicationContext(WorkerModule.forRoot(ground), {
      logger: false,
      abortOnError: false,
    });
    await worker.init();
    return opened;
  });
  afterAll(async () => {
    await worker?.close();
    await mail.stop();
  });

  it('is reset by a code from a mail, whether the job or the sweep finds it, and nobody learns who exists', async () => {
    const admin = await edge().as('admin');
    await admin.do('PATCH', '/persons/LD04.head', { json: { email: 'head@city.example' } });
    const session = await edge().signIn('LD04.head');
    const nobody = edge().nobody();
    const ask = (username: string) => nobody.ask('POST', '/password-resets', { json: { username } });
    const answers = await Promise.all(['LD04.head', 'LD05.head', 'nobody.at.all'].map(ask));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    await until(() => mail.mails.length > 0, 20_000, 'the mail');
    const [code] = /[\w-]{43}/.exec(mail.mails[0]!.text!)!;
    const redeem = { json: { code, password: 'chosen by mail' } };
    expect((await nobody.ask('POST', '/password-resets/redeem', redeem)).status).toBe(204);
    expectProblem(await nobody.ask('POST', '/password-resets/redeem', redeem), 409, 'PASSWORD_RESET.USED');
    expectProblem(await session.ask('GET', '/tasks'), 401, 'SESSION.REQUIRED');
    const { token } = await nobody.post('/sessions', { username: 'LD04.head', password: 'chosen by mail' });
    expect(token).not.toBeNull();
    expect(mail.mails).toHaveLength(1);
    const events = await (await edge().as('auditor')).all('/history?entity=person');
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['person.password_reset_sent', 'person.password_set']),
    );
  });
});
