import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@duban/platform';
import { type Answer, Caller, Edge, type Json, PASSWORD, SMS_REPORT_TOKEN, useEdge } from './edge';
import { enrol, useStandingCodes } from './sign-in-parts';

const SECRET = 'k'.repeat(40);

describe('The log', () => {
  useStandingCodes();
  const folder = mkdtempSync(join(tmpdir(), 'duban-log-'));
  const file = join(folder, 'duban.log');
  const edge = useEdge((database) =>
    Edge.open(database, { settings: { DUBAN_SECRET: SECRET }, log: createLog('debug', file) }),
  );
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds no password, no token, no cookie and no code, whatever went wrong', async () => {
    const office = await edge().as('office');
    const made = await office.post('/api-tokens', { name: 'a', purpose: 'b', scopes: ['unit.read'], days: 1 });
    await new Caller(edge().app, made.token).ask('GET', '/tasks');
    const { caller, secret, recoveryCodes } = await enrol(edge(), 'LD01.head');
    await caller.ask('POST', '/second-factor/recovery-codes', { json: { code: recoveryCodes[0] } });
    const nobody = edge().nobody();
    await nobody.ask('POST', '/sessions', { json: { username: 'office', password: 'a wrong password' } });
    await nobody.ask('POST', '/sessions', { json: { username: 'office', password: ['a wrong password'] } });
    await nobody.ask('POST', '/password-resets/redeem', { json: { code: 'a-code-of-a-mail', password: 'short' } });
    await nobody.ask('POST', `/sms-reports/${SMS_REPORT_TOKEN}`, { json: [] });
    await nobody.ask('POST', '/sms-reports/a-token-of-a-gateway', { json: {} });
    const cookie = `duban_session=${'c'.repeat(43)}`;
    await nobody.ask('GET', '/tasks', { headers: { cookie } });
    const lines = readFileSync(file, 'utf8');
    expect(lines.split('\n').length).toBeGreaterThan(10);
    for (const hidden of [
      PASSWORD,
      SECRET,
      office.token!,
      made.token,
      caller.token!,
      secret,
      ...recoveryCodes,
      'a wrong password',
      'a-code-of-a-mail',
      SMS_REPORT_TOKEN,
      'a-token-of-a-gateway',
      cookie,
      'argon2',
    ]) {
      expect([hidden, lines.includes(hidden)]).toEqual([hidden, false]);
    }
  });

  it('tells who was refused what, by id: of somebody who may not, and of nobody who is known', async () => {
    const contact = await edge().as('LD02.contact');
    const { body: me } = await contact.ask('GET', '/sessions/current');
    const refused = await contact.ask('POST', '/persons', { json: {} });
    const unknown = await edge().nobody().ask('GET', '/inbox');
    const lines: Json[] = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const lineOf = ({ headers }: Answer): Json =>
      lines.find((line) => line.reqId === headers['x-request-id'] && line.msg === 'request refused');
    expect(lineOf(refused)).toMatchObject({ status: 403, code: 'RIGHTS.NOT_ALLOWED', person: me.personId });
    expect(lineOf(unknown)).toMatchObject({ status: 401, code: 'SESSION.REQUIRED' });
    expect(lineOf(unknown)).not.toHaveProperty('person');
    // Names and addresses are not for the log.
    expect(JSON.stringify(lineOf(refused))).not.toMatch(/LD02|contact/);
  });
});
