import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@duban/platform';
import { URGE_WORDS } from './cases';
import { type Answer, Edge, expectProblem, formOf, type Json, useEdge } from './edge';

const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');

describe('What is meant for another interpreter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duban-injections-'));
  const file = join(folder, 'duban.log');
  const edge = useEdge(async (database) =>
    (
      await Edge.open(database, {
        settings: { DUBAN_URL: 'https://duban.example', DUBAN_OBJECT_STORE: join(folder, 'store') },
        log: createLog('debug', file),
      })
    ).issue(),
  );
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // What a name leads to is looked at when something is sent there, see outbound.ts.
  it.each([
    ['file:///etc/passwd', 'DESTINATION.BAD_ADDRESS'],
    ['gopher://127.0.0.1:6379/_flushall', 'DESTINATION.BAD_ADDRESS'],
    ['javascript:alert(1)', 'DESTINATION.BAD_ADDRESS'],
    ['https://user:password@duban.example/', 'DESTINATION.BAD_ADDRESS'],
    ['http://127.0.0.1:6379/', 'DESTINATION.ADDRESS_NOT_ALLOWED'],
    ['https://2130706433/', 'DESTINATION.ADDRESS_NOT_ALLOWED'],
    ['https://10.0.0.8/', 'DESTINATION.ADDRESS_NOT_ALLOWED'],
    ['http://169.254.169.254/latest/meta-data/', 'DESTINATION.ADDRESS_NOT_ALLOWED'],
    ['https://[::ffff:7f00:1]/', 'DESTINATION.ADDRESS_NOT_ALLOWED'],
    ['https://localhost/', 'DESTINATION.ADDRESS_NOT_ALLOWED'],
  ])('SSRF: a destination at %s is refused', async (address, code) => {
    const admin = await edge().as('admin');
    for (const channel of ['webhook', 'wecom_robot']) {
      const json = { channel, name: '系统', address, kinds: ['urge'] };
      const answer = await admin.ask('POST', '/destinations', { json });
      expectProblem(answer, 422, code);
      expect(answer.body).toMatchObject({ field: 'address' });
    }
  });

  it.each(['/..%2f..%2fetc%2fpasswd', '/%2e%2e/%2e%2e/etc/passwd', '/api/docs/..%2f..%2fpackage.json', '/.git/config'])(
    'path: %s leads to no file',
    async (path) => {
      const answer = await inject('GET', path);
      expect([200, 302, 400, 404]).toContain(answer.statusCode);
      expect(answer.body).not.toMatch(/root:|"dependencies"|\[core\]/);
    },
  );

  it('path and header: the name of a file is only a name', async () => {
    const contact = await edge().as('LD04.contact');
    for (const name of ['../../etc/passwd.pdf', '..\\..\\boot.pdf', 'a"; x="b.pdf', 'a%0d%0aset-cookie: x=1.pdf']) {
      const uploaded = await contact.ask('POST', '/evidence', { form: formOf(PDF, name) });
      if (uploaded.status >= 400) {
        expect(uploaded.status).toBeLessThan(500);
        continue;
      }
      const { url } = await contact.post(`/evidence/${uploaded.body.id}/links`, {});
      const download = await contact.ask('GET', new URL(url, 'https://duban.example').pathname);
      expect(download.status).toBe(200);
      expect(download.headers['set-cookie']).toBeUndefined();
      expect(download.headers['content-disposition']).toMatch(
        /^attachment; filename="[\x20-\x7e]*"(; filename\*=UTF-8''\S+)?$/,
      );
      expect(download.headers['content-disposition']).not.toMatch(/\.\.[\\/]/);
    }
  });

  it('header: an id of a request that is none is not given back', async () => {
    for (const id of ['a b', 'a;b', '<script>', 'x'.repeat(101)]) {
      const answer = await edge()
        .nobody()
        .ask('GET', '/healthz', { headers: { 'x-request-id': id } });
      expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
    }
  });

  it('mail header: an address with a line break is refused, and words with one stay words', async () => {
    const admin = await edge().as('admin');
    for (const email of [
      'a@city.example\r\nBcc: b@city.example',
      'a@city.example\nsubject: x',
      '"a\r\n"@city.example',
    ]) {
      const answer = await admin.ask('PATCH', '/persons/LD05.contact', { json: { email } });
      expect(answer.status).toBe(400);
    }
  });

  it('template: what is no field of a message is refused, and nothing is evaluated', async () => {
    const office = await edge().as('office');
    const preview = (json: object) => office.ask('POST', '/message-templates/preview', { json });
    expect((await preview(URGE_WORDS)).status).toBe(200);
    for (const field of ['{constructor}', '{__proto__}', '{{7*7}}', '${7*7}{constructor.constructor}']) {
      const answer = await preview({ ...URGE_WORDS, zh: URGE_WORDS.zh + field });
      expect({ field, ...answer.body }).toMatchObject({
        status: 422,
        code: expect.stringMatching(/^MESSAGE_TEMPLATE\.(UNKNOWN|BROKEN)_FIELD$/),
      });
    }
  });

  it('formula: no cell of what is taken from the history is one', async () => {
    const office = await edge().as('office');
    const contact = await edge().as('LD04.contact');
    const [part] = await edge().query(
      `select a.id from assignment a join unit u on u.id = a.unit_id where u.code = 'LD04' limit 1`,
    );
    const reason = '=HYPERLINK("https://evil.example","x")';
    await contact.do('POST', `/assignments/${part!.id}/transitions`, { json: { event: 'object', reason } });
    const csv = await office.ask('GET', '/history/extract?format=csv');
    expect(csv.status).toBe(200);
    expect(csv.text).toContain("'=HYPERLINK(");
    for (const line of csv.text.split('\r\n')) expect(line).not.toMatch(/(^|,)"?[=+@]/);
  });

  it('log: no text that is sent makes a line of its own', async () => {
    const forged = '{"level":60,"msg":"forged"}';
    const nobody = edge().nobody();
    await nobody.ask('POST', '/sessions', { json: { username: `a\n${forged}\n`, password: 'a wrong password' } });
    await nobody.ask('GET', `/tasks/%0a${encodeURIComponent(forged)}%0a`);
    await nobody.ask('GET', '/inbox', { headers: { 'user-agent': '\u001b[2J' } });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const read: Json[] = lines.map((line) => JSON.parse(line));
    expect(read.filter(({ msg }) => msg === 'forged')).toEqual([]);
    // eslint-disable-next-line no-control-regex
    expect(lines.join('')).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  });

  it('nothing is kept by browsers and proxies, TLS is asked for where there is some, and TRACE is not served', async () => {
    const contact = await edge().as('LD04.contact');
    const answer = await contact.ask('GET', '/inbox');
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect((await inject('TRACE', '/api/v1/inbox')).statusCode).toBeGreaterThanOrEqual(400);
    const refused: Answer = await edge().nobody().ask('GET', '/inbox');
    expectProblem(refused, 401, 'SESSION.REQUIRED');
    expect(refused.headers['cache-control']).toBe('no-store');
  });

  const inject = (method: string, url: string): Promise<{ statusCode: number; body: string }> =>
    edge().app.inject({ method: method as 'GET', url });
});
