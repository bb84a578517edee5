import { createHash } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceSweeper } from '@duban/evidence';
import { describeWithClamd, EICAR, EICAR_SIGNATURE, useTestDatabase } from '@duban/testing';
import { S3_CREDENTIALS, S3Server } from '../../../libs/evidence/test/s3-server';
import { bomb, FILES } from '../../../libs/evidence/test/files';
import { COMPLETION, NOTHING } from './cases';
import { type Answer, type Caller, Edge, expectProblem, formOf, type Json } from './edge';

const MEGABYTE = 1024 * 1024;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const upload = (caller: Caller, content: Buffer, name: string, headers = {}): Promise<Answer> =>
  caller.ask('POST', '/evidence', { form: formOf(content, name), headers });
const uploaded = async (caller: Caller, content: Buffer = FILES.pdf, name = '验收单.pdf'): Promise<Json> => {
  const answer = await upload(caller, content, name);
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.body;
};
const temporary = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('duban-evidence-'));

const server = new S3Server();
const home = mkdtempSync(join(tmpdir(), 'duban-home-'));
const stores = {
  'a folder': { begin: async () => undefined, settings: () => ({ DUBAN_HOME: home }), end: async () => undefined },
  S3: {
    begin: () => server.start(),
    settings: () => ({ DUBAN_OBJECT_STORE: server.address, ...S3_CREDENTIALS }),
    end: () => server.dispose(),
  },
};
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe.each(Object.entries(stores))('Evidence in %s', (kind, store) => {
  const database = useTestDatabase();
  let edge: Edge;
  let contact: Caller;
  let head: Caller;
  let other: Caller;
  let office: Caller;
  /** LD04 leads task 1, and has signed for it. */
  let part: { id: string; obligations: Json[] };
  beforeAll(async () => {
    await store.begin();
    edge = await (await Edge.open(database, { settings: store.settings() })).issue();
    [contact, head, other, office] = (await Promise.all(
      ['LD04.contact', 'LD04.head', 'LD05.contact', 'office'].map((name) => edge.as(name)),
    )) as [Caller, Caller, Caller, Caller];
    part = await edge.part('1', 'LD04');
    await contact.post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
  });
  afterAll(async () => {
    await edge.close();
    await store.end();
  });

  const report = (caller: Caller, evidence: object[], kind = 'action_plan'): Promise<Answer> => {
    const obligationId = part.obligations.find((one) => one.kind === kind)!.id;
    const json = { obligationId, text: '方案。', evidence };
    return caller.ask('POST', `/assignments/${part.id}/reports`, { json });
  };
  const link = async (caller: Caller, id: string): Promise<string> =>
    (await caller.post(`/evidence/${id}/links`, {})).url;
  const files = (): Promise<Json[]> => edge.query(`select id, report_id from evidence_file order by id`);
  const events = (id: string): Promise<Json[]> =>
    edge.query(
      `select type, coalesce((select p.display_name from person p where p.id = actor_person_id), actor_name) as by, plan_id as "planId", task_id as "taskId", before, after from history_event
       where entity = 'evidence_file' and entity_id = $1 order by seq`,
      [id],
    );

  it('is taken in, and told of', async () => {
    const file = await uploaded(contact, FILES.docx, '../../报告/验收\u202e意见.docx');
    expect(file).toEqual({
      id: expect.any(String),
      name: '验收意见.docx',
      mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      size: FILES.docx.length,
      sha256: sha256(FILES.docx),
      state: 'unscanned',
      uploadedAt: '2023-01-12T01:00:00.000Z',
    });
    const [event] = await events(file.id);
    // Nobody can say yet whose sight it is for: history has all of it but the name.
    expect(event).toMatchObject({ type: 'evidence_file.uploaded', planId: null, after: { sha256: file.sha256 } });
    expect(JSON.stringify(event)).not.toContain('验收');
  });

  it.each<[what: string, content: Buffer, name: string, answer: `${number} ${string}`]>([
    ['nothing at all', Buffer.alloc(0), 'a.pdf', '422 EVIDENCE.EMPTY'],
    ['sixty megabytes', Buffer.alloc(60 * MEGABYTE, '%PDF-1.4\n'), 'a.pdf', '413 EVIDENCE.TOO_LARGE'],
    ['a byte too many', Buffer.alloc(50 * MEGABYTE + 1, '%PDF-1.4\n'), 'a.pdf', '413 EVIDENCE.TOO_LARGE'],
    ['a bomb that is called a document', bomb('word/document.xml'), 'a.docx', '422 EVIDENCE.ZIP_BOMB'],
    ['a program that is called a PDF', FILES.exe, 'a.pdf', '422 EVIDENCE.EXECUTABLE'],
    ['a page that is called a PDF', FILES.html, 'a.pdf', '422 EVIDENCE.KIND_MISMATCH'],
    ['a page', FILES.html, 'a.html', '422 EVIDENCE.ACTIVE_CONTENT'],
  ])('is not %s; nothing of it is kept', async (_, content, name, expected) => {
    const before = [await edge.written(), temporary()];
    const answer = await upload(contact, content, name);
    const [status, code] = expected.split(' ');
    const limit = status === '413' ? { limitBytes: 50 * MEGABYTE } : {};
    expectProblem(answer, Number(status), code!, { field: 'file', ...limit });
    expect([await edge.written(), temporary()]).toEqual(before);
  });

  it('is not a form with something else in it', async () => {
    const ask = (form: FormData): Promise<Answer> => contact.ask('POST', '/evidence', { form });
    expectProblem(await ask(formOf(FILES.pdf, 'a.pdf', 'other')), 400, 'REQUEST.UNKNOWN_FIELD', { field: 'other' });
    expectProblem(await ask(new FormData()), 400, 'REQUEST.NO_FILE');
    expectProblem(await contact.ask('POST', '/evidence', { json: {} }), 415, 'REQUEST.NOT_MULTIPART');
  });

  it('that is sent twice with one key is there once', async () => {
    const headers = { 'idempotency-key': `evidence-${kind.replace(' ', '-')}` };
    const before = (await files()).length;
    const [one, two] = [
      await upload(contact, FILES.png, '现场.png', headers),
      await upload(contact, FILES.png, '现场.png', headers),
    ];
    expect(two.body).toEqual(one.body);
    expect(await files()).toHaveLength(before + 1);
    expect((await contact.ask('GET', await link(contact, one.body.id))).bytes).toEqual(FILES.png);
    expectProblem(await upload(contact, FILES.gif, '现场.gif', headers), 422, 'IDEMPOTENCY.KEY_REUSED');
  });

  describe('that is read', () => {
    it('comes to be saved, under its name, and never as a page', async () => {
      const { id } = await uploaded(contact, FILES.pdf, "验收'单 (1).pdf");
      const { url, expiresAt } = await contact.post(`/evidence/${id}/links`, {});
      expect(Math.abs(new Date(expiresAt).getTime() - Date.now() - 300_000)).toBeLessThan(60_000);
      const answer = await contact.ask('GET', url);
      expect(answer.status).toBe(200);
      expect(answer.bytes).toEqual(FILES.pdf);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="____ _1_.pdf"; filename*=UTF-8''%E9%AA%8C%E6%94%B6%27%E5%8D%95%20%281%29.pdf`,
        'content-length': String(FILES.pdf.length),
        'x-content-type-options': 'nosniff',
        'content-security-policy': `default-src 'none'; sandbox`,
        'cache-control': 'no-store',
        'repr-digest': `sha-256=:${createHash('sha256').update(FILES.pdf).digest('base64')}:`,
      });
      expect((await events(id)).map(({ type }) => type)).toEqual([
        'evidence_file.uploaded',
        'evidence_file.downloaded',
      ]);
    });

    it('is read by a link by nobody but whose link it is, and not for long', async () => {
      const { id } = await uploaded(contact);
      const url = await link(contact, id);
      expectProblem(await other.ask('GET', url), 404, 'EVIDENCE.LINK_UNKNOWN');
      expectProblem(await head.ask('GET', url), 404, 'EVIDENCE.LINK_UNKNOWN');
      expectProblem(await edge.nobody().ask('GET', url), 401, 'SESSION.REQUIRED');
      expect(await edge.query(`select from evidence_link where token_hash = $1`, [url.split('/').at(-1)])).toEqual([]);
      await edge.query(`update evidence_link set expires_at = now() where file_id = $1`, [id]);
      expectProblem(await contact.ask('GET', url), 404, 'EVIDENCE.LINK_EXPIRED');
      expect(await events(id)).toHaveLength(1);
    });

    it('is for who uploaded it alone until a report refers to it, then for whoever sees the report', async () => {
      const { id } = await uploaded(contact);
      const ask = (caller: Caller): Promise<Answer> => caller.ask('POST', `/evidence/${id}/links`);
      expectProblem(await ask(head), 403, 'EVIDENCE.NOT_YOURS');
      for (const caller of [other, office]) expectProblem(await ask(caller), 403, 'EVIDENCE.NOT_YOURS');
      expect((await report(contact, [{ title: '方案', fileId: id }])).status).toBe(201);
      for (const caller of [contact, head, office, await edge.as('auditor')]) {
        expect((await caller.ask('GET', await link(caller, id))).bytes).toEqual(FILES.pdf);
      }
      // LD20 has no part in the task.
      expectProblem(await ask(await edge.as('LD20.contact')), 403, 'EVIDENCE.NOT_YOURS');
      const looked = (await events(id)).filter(({ type }) => type === 'evidence_file.downloaded');
      expect(looked).toHaveLength(4);
      expect(looked[0]).toMatchObject({ planId: edge.planId, after: { id, name: '验收单.pdf' } });
      // Who looked is for the government to know, and not for those whose file it is.
      const { taskId } = looked[0];
      const seenBy = async (caller: Caller): Promise<string[]> =>
        (await caller.all(`/tasks/${taskId}/history`)).map(({ type }) => type);
      expect(await seenBy(office)).toContain('evidence_file.downloaded');
      expect(await seenBy(contact)).toContain('evidence_file.bound');
      expect(await seenBy(contact)).not.toContain('evidence_file.downloaded');
      // A restriction takes away what a link gave.
      const url = await link(office, id);
      const auditorsUrl = await link(await edge.as('auditor'), id);
      const restrict = (usernames: string[]): Promise<Json> =>
        office.do('PUT', `/tasks/${taskId}/restrictions`, { json: { usernames } });
      const heads = await edge.query(
        `select u.code || '.head' as name from assignment a join unit u on u.id = a.unit_id where a.task_id = $1`,
        [taskId],
      );
      await restrict(['office', ...heads.map(({ name }) => name)]);
      expectProblem(await (await edge.as('auditor')).ask('GET', auditorsUrl), 404, 'EVIDENCE.LINK_UNKNOWN');
      expectProblem(await ask(contact), 404, 'EVIDENCE.UNKNOWN');
      expect((await office.ask('GET', url)).status).toBe(200);
      await restrict([]);
    });

    it('is refused where the object is not what was handed in', async () => {
      if (kind !== 'a folder') return;
      const { id } = await uploaded(contact);
      writeFileSync(
        join(home, 'evidence', id.slice(-2), id),
        FILES.pdf.map((byte) => byte ^ 1),
      );
      const url = await link(contact, id);
      expectProblem(await contact.ask('GET', url), 409, 'EVIDENCE.OBJECT_ALTERED');
    });
  });

  describe('in a report', () => {
    it('stands with its checksum, and stays', async () => {
      const { id } = await uploaded(head, FILES.jpg, '现场.jpg');
      // The contact reports what the head has uploaded.
      const evidence = [{ title: '现场照片', location: '河堤', fileId: id }, { title: '纸质报告' }];
      const json = { ...COMPLETION, evidence, goAheadReason: '其余单位另报。', shortfallReason: '分步完成。' };
      const task = await edge.task('1');
      const measurements = task.targets.map((target: Json) => ({ targetId: target.id, value: target.value }));
      await contact.post(`/assignments/${part.id}/transitions`, { ...json, measurements });
      const cited = {
        title: '现场照片',
        location: '河堤',
        fileId: id,
        fileName: '现场.jpg',
        mediaType: 'image/jpeg',
        size: FILES.jpg.length,
        sha256: sha256(FILES.jpg),
      };
      const { reports } = await edge.task('1');
      expect(reports.at(-1).evidence).toEqual([cited, { title: '纸质报告' }]);
      const [submitted] = await edge.query(
        `select after from history_event where type = 'report.submitted' order by seq desc limit 1`,
      );
      expect(submitted.after.evidence[0]).toEqual(cited);
      expect((await events(id)).at(-1)).toMatchObject({
        type: 'evidence_file.bound',
        before: { reportId: null },
        after: { reportId: reports.at(-1).id, assignmentId: part.id, name: '现场.jpg', sha256: cited.sha256 },
      });
      expectProblem(await head.ask('DELETE', `/evidence/${id}`), 409, 'EVIDENCE.ALREADY_USED', { fileId: id });
      for (const statement of [
        `delete from evidence_file where id = $1`,
        `update evidence_file set report_id = null where id = $1`,
      ]) {
        await expect(edge.query(statement, [id])).rejects.toThrow('can be neither changed nor deleted');
      }
    });

    it('is the unit’s own, and no other report’s', async () => {
      const theirs = await uploaded(other);
      const mine = await uploaded(contact);
      const [used] = await edge.query(`select id from evidence_file where report_id is not null limit 1`);
      const before = await edge.written();
      const cases: [string, number, string][] = [
        [NOTHING, 404, 'EVIDENCE.UNKNOWN'],
        [theirs.id, 403, 'EVIDENCE.NOT_YOURS'],
        [used.id, 409, 'EVIDENCE.ALREADY_USED'],
      ];
      for (const [fileId, status, code] of cases) {
        const answer = await report(contact, [{ title: '甲' }, { title: '乙', fileId }], 'progress_report');
        expectProblem(answer, status, code, { field: 'evidence.1.fileId', fileId });
      }
      const twice = [mine, mine].map(({ id }) => ({ title: '甲', fileId: id }));
      expectProblem(await report(contact, twice, 'progress_report'), 409, 'EVIDENCE.ALREADY_USED');
      expect(await edge.written()).toEqual(before);
    });

    it('is taken by one of two reports at once', async () => {
      const { id } = await uploaded(contact);
      const quarters = part.obligations.filter((one) => one.kind === 'progress_report').slice(0, 2);
      const answers = await Promise.all(
        quarters.map((one, i) =>
          [contact, head][i]!.ask('POST', `/assignments/${part.id}/reports`, {
            json: { obligationId: one.id, text: '进展。', evidence: [{ title: '进展', fileId: id }] },
          }),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
      expectProblem(
        answers.find(({ status }) => status === 409)!,
        409,
        'EVIDENCE.ALREADY_USED',
      );
      const [{ count }] = (await edge.query(`select count(*)::int as count from report where evidence @> $1::jsonb`, [
        JSON.stringify([{ fileId: id }]),
      ])) as [Json];
      expect(count).toBe(1);
    });
  });

  it('is taken back by who uploaded it, with its object', async () => {
    const { id } = await uploaded(contact);
    const url = await link(contact, id);
    expectProblem(await head.ask('DELETE', `/evidence/${id}`), 403, 'EVIDENCE.NOT_YOURS');
    expectProblem(await other.ask('DELETE', `/evidence/${id}`), 403, 'EVIDENCE.NOT_YOURS');
    expect((await contact.ask('DELETE', `/evidence/${id}`)).status).toBe(204);
    expectProblem(await contact.ask('GET', url), 404, 'EVIDENCE.LINK_UNKNOWN');
    expectProblem(await contact.ask('DELETE', `/evidence/${id}`), 404, 'EVIDENCE.UNKNOWN');
    expect((await events(id)).at(-1)).toMatchObject({ type: 'evidence_file.taken_back', after: null });
  });

  it('is removed a day later where no report refers to it, and so is an object without a row', async () => {
    const sweeper = edge.app.get(EvidenceSweeper, { strict: false });
    await uploaded(contact);
    await sweeper.removeOrphans(new Date(Date.now() + 60_000));
    const [orphan] = (await edge.query(
      `with gone as (delete from evidence_file where report_id is null returning id) select id from gone limit 1`,
    )) as [Json];
    expect(await sweeper.removeOrphans(new Date(Date.now() - 60_000))).toBe(0);
    expect(await sweeper.removeOrphans(new Date(Date.now() + 60_000))).toBeGreaterThan(0);
    expect(await sweeper.removeOrphans(new Date(Date.now() + 60_000))).toBe(0);
    expect((await events(orphan.id)).length).toBeGreaterThan(0);

    const { id } = await uploaded(contact);
    const bound = (await files()).filter((row) => row.report_id !== null);
    await sweeper.run();
    expect((await files()).map((row) => row.id)).toContain(id);
    await edge.passTo('2023-01-13T09:00:01+08:00');
    await sweeper.run();
    expect(await files()).toEqual(bound);
    expect((await events(id)).at(-1)).toMatchObject({ type: 'evidence_file.expired', by: 'duban' });
    // What reports refer to is there.
    expect((await office.ask('GET', await link(office, bound[0].id))).status).toBe(200);
    expect(await sweeper.removeOrphans(new Date(Date.now() + 60_000))).toBe(0);
  });

  it('whose store is away is told so, and nothing is half written', async () => {
    const { id } = await uploaded(contact);
    const url = await link(contact, id);
    const sweeper = edge.app.get(EvidenceSweeper, { strict: false });
    const away = join(home, 'evidence');
    const aside = `${away}-aside`;
    if (kind === 'S3') await server.stop();
    else {
      const { renameSync } = await import('node:fs');
      renameSync(away, aside);
      writeFileSync(away, '');
    }
    try {
      const before = [await edge.written(), temporary()];
      const answer = await upload(contact, FILES.pdf, 'a.pdf');
      expectProblem(answer, 503, 'EVIDENCE.STORE_UNAVAILABLE');
      expect(answer.headers['retry-after']).toBe('5');
      expectProblem(await contact.ask('GET', url), 503, 'EVIDENCE.STORE_UNAVAILABLE');
      expect([await edge.written(), temporary()]).toEqual(before);
      await expect(sweeper.run()).resolves.toBeUndefined();
      // Reporting goes on, and so does taking back: the object is an orphan then.
      expect((await contact.ask('DELETE', `/evidence/${id}`)).status).toBe(204);
    } finally {
      if (kind === 'S3') await server.start();
      else {
        const { renameSync } = await import('node:fs');
        rmSync(away);
        renameSync(aside, away);
      }
    }
    expect(await sweeper.removeOrphans(new Date(Date.now() + 60_000))).toBe(1);
    await uploaded(contact);
  });
});

describeWithClamd('Evidence with a scanner', (clamd) => {
  const database = useTestDatabase();
  let edge: Edge;
  let contact: Caller;
  beforeAll(async () => {
    edge = await Edge.open(database, { settings: { DUBAN_HOME: home, DUBAN_CLAMD: clamd.address } });
    contact = await edge.as('LD04.contact');
  });
  afterAll(() => edge.close());

  const refused = async (content: Buffer, status: number, code: string, place = {}): Promise<void> => {
    const before = [await edge.written(), temporary()];
    expectProblem(await upload(contact, content, '验收单.txt'), status, code, place);
    expect([await edge.written(), temporary()]).toEqual(before);
  };

  it('is clean where nothing is found', async () => {
    expect(await uploaded(contact, FILES.pdf)).toMatchObject({ state: 'clean' });
  });

  it('is refused where something is found, by its name', async () => {
    const place = { field: 'file', signature: EICAR_SIGNATURE };
    await refused(Buffer.from(EICAR), 422, 'EVIDENCE.INFECTED', place);
    await refused(Buffer.from(`${'好'.repeat(100_000)}${EICAR}`), 422, 'EVIDENCE.INFECTED', place);
  });

  it('is refused where the scanner takes no file of that size', async () => {
    await refused(Buffer.alloc(5 * MEGABYTE, 'a'), 503, 'EVIDENCE.SCANNER_UNAVAILABLE');
  });

  it('that came before there was a scanner is no evidence of a report', async () => {
    await edge.issue();
    const part = await edge.part('1', 'LD04');
    await contact.post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    const { id } = await uploaded(contact);
    const [{ id: old }] = (await edge.query(
      `insert into evidence_file (id, unit_id, person_id, name, media_type, size, sha256, state, uploaded_at)
       select gen_random_uuid(), unit_id, person_id, name, media_type, size, sha256, 'unscanned', uploaded_at
       from evidence_file where id = $1 returning id`,
      [id],
    )) as [Json];
    const obligationId = part.obligations.find((one) => one.kind === 'action_plan').id;
    const report = (fileId: string): Promise<Answer> =>
      contact.ask('POST', `/assignments/${part.id}/reports`, {
        json: { obligationId, text: '方案。', evidence: [{ title: '方案', fileId }] },
      });
    expectProblem(await report(old), 422, 'EVIDENCE.UNSCANNED', { field: 'evidence.0.fileId' });
    expect((await report(id)).status).toBe(201);
  });

  it('is refused while the scanner is away, and taken when it is back', async () => {
    await clamd.stop();
    await refused(FILES.txt, 503, 'EVIDENCE.SCANNER_UNAVAILABLE');
    await clamd.start();
    expect(await uploaded(contact)).toMatchObject({ state: 'clean' });
  });

  it('is scanned by a unix socket, too', async () => {
    const settings = { DUBAN_HOME: home, DUBAN_CLAMD: clamd.socket };
    const opened = await Edge.open(database, { settings });
    try {
      expect(await uploaded(await opened.as('LD05.contact'))).toMatchObject({ state: 'clean' });
    } finally {
      await opened.close();
    }
  });
});
