import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceSweeper } from '@duban/evidence';
import { HistoryBundle, parseNote, publicKeysIn, signNote, systemActor } from '@duban/history';
import {
  ArchiveMaker,
  type ArchiveOutside,
  ArchivePackages,
  type ArchiveVerdict,
  checkArchive,
  UnreadablePackage,
} from '@duban/reporting';
import { describeWithClamd, EICAR, EICAR_SIGNATURE, useTestDatabase } from '@duban/testing';
import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate';
import { archiveCheck, type ArchiveCheckOptions } from '../src/archive-check';
import { makeArchive } from '../src/archive-make';
import { COMPLETION } from '../../api/test/cases';
import { Edge, expectProblem, formOf, ISSUE, type Json } from '../../api/test/edge';
import { hasLibreOffice } from '../../../libs/documents/test/libre-office';
import { FILES } from '../../../libs/evidence/test/files';

const PLAN =
  '临澜市2023年《政府工作报告》目标任务责任分解方案\n\n（一）办好民生实事\n\n　　1.修缮钟楼。（牵头单位：市发改委）\n';
const AT = new Date('2023-01-20T12:00:00+08:00');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
type Files = Record<string, Uint8Array>;

describe('An archive package (归档信息包)', () => {
  const database = useTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'duban-archives-'));
  const file = join(folder, 'plan.zip');
  const bundleFile = join(folder, 'history.jsonl');
  const key = generateKeyPairSync('ed25519').privateKey;
  const publicKey = createPublicKey(key);
  let edge: Edge;
  let evidence: { pdf: Json; docx: Json };
  let files: Files;
  let notice: Json;
  let tamperings = 0;

  const maker = (): ArchiveMaker => edge.app.get(ArchiveMaker, { strict: false });
  const packages = (): ArchivePackages => edge.app.get(ArchivePackages, { strict: false });
  const make = (planId: string, path: string) =>
    maker().make(AT, planId, { retention: '30年', system: 'duban' }, createWriteStream(path));

  beforeAll(async () => {
    const DUBAN_SIGNING_KEY = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    edge = await Edge.open(database, { settings: { DUBAN_HOME: folder, DUBAN_SIGNING_KEY } });
    const office = await edge.as('office');
    const draft = await office.do('POST', '/plans', { form: formOf(PLAN) });
    edge.planId = draft.id;
    await office.post(`/plans/${draft.id}/issue`, ISSUE);
    // Another plan, whose records are no part of it.
    await office.do('POST', '/plans', { form: formOf(PLAN.replace('钟楼', '货站')) });
    const part = await edge.part('1', 'LD01');
    const contact = await edge.as('LD01.contact');
    const upload = async (bytes: Buffer, name: string): Promise<Json> =>
      contact.do('POST', '/evidence', { form: formOf(bytes, name) });
    evidence = { pdf: await upload(FILES.pdf, '验收单.pdf'), docx: await upload(FILES.docx, '验收意见.docx') };
    // Signed for too late: a blue notice (督办单) was issued.
    await edge.passTo(AT.toISOString());
    await contact.post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    const cited = Object.values(evidence).map(({ id, name }) => ({ title: name, fileId: id }));
    await contact.post(`/assignments/${part.id}/transitions`, { ...COMPLETION, evidence: cited });
    await office.post(`/assignments/${part.id}/transitions`, { event: 'verify' });
    await expect(make(draft.id, join(folder, 'open.zip'))).rejects.toMatchObject({ code: 'ARCHIVE.PLAN_NOT_CLOSED' });
    const { digest } = await office.get(`/plans/${draft.id}/close`);
    await office.post(`/plans/${draft.id}/close`, { digest, decisions: [] });
    await make(draft.id, file);
    files = unzipSync(readFileSync(file));
    [notice] = (await office.get(`/notices?planId=${draft.id}`)).items;
    const { bytes } = await edge.app.get(HistoryBundle, { strict: false }).export(systemActor('spec'), AT);
    const pieces: Buffer[] = [];
    for await (const piece of bytes) pieces.push(piece);
    writeFileSync(bundleFile, Buffer.concat(pieces));
  });
  afterAll(async () => {
    await edge.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const faultsOf = ({ checks }: ArchiveVerdict): string[] =>
    checks.flatMap(({ criteria }) =>
      criteria.flatMap(({ faults }) => faults.map(({ code, file: of }) => `${code} ${of ?? ''}`.trim())),
    );
  const outcomeOf = ({ checks }: ArchiveVerdict, wanted: string): string | undefined =>
    checks.flatMap(({ criteria }) => criteria).find(({ criterion }) => criterion === wanted)?.outcome;
  const pack = (content: Zippable): string => {
    const path = join(folder, `tampered-${++tamperings}.zip`);
    writeFileSync(path, zipSync(content));
    return path;
  };
  /** A package after somebody did something to it, and to the checksums that it has, as well as they can. */
  const tampered = (change: (copy: Files) => void, alsoIn: 'nothing' | 'checksums' | 'all' = 'nothing'): string => {
    const copy: Files = { ...files };
    change(copy);
    if (alsoIn === 'all') {
      let xml = strFromU8(copy['metadata.xml']!);
      for (const [name, bytes] of Object.entries(copy)) {
        const piece = new RegExp(
          `(计算机文件名="${name}"[^]*?<计算机文件大小>)\\d+(</计算机文件大小>\\n<数字摘要值>)\\w+`,
        );
        xml = xml.replace(piece, `$1${bytes.length}$2${sha256(bytes)}`);
      }
      const pieces = Object.entries(copy).filter(([name]) => !/^(metadata|checksums|signature)\b/.test(name));
      const bytes = pieces.reduce((sum, [, content]) => sum + content.length, 0);
      copy['metadata.xml'] = strToU8(xml.replace(/(?<=<字节数>)\d+/, String(bytes)));
    }
    if (alsoIn !== 'nothing') {
      const listed = Object.entries(copy).filter(([name]) => name !== 'checksums.sha256' && name !== 'signature.txt');
      copy['checksums.sha256'] = strToU8(listed.map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`).join(''));
    }
    return pack(copy);
  };
  const check = async (path: string, outside: ArchiveOutside = {}): Promise<string[]> =>
    faultsOf(await checkArchive(path, outside));
  const typesIn = (taken: Files): string[] =>
    strFromU8(taken['records/history.jsonl']!)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event.type);
  const pdf = (): string => `evidence/${evidence.pdf.id}.pdf`;
  const docx = (): string => `evidence/${evidence.docx.id}.docx`;
  const paper = (): string => `documents/notices/${notice.id}.docx`;
  const bundle = () => createReadStream(bundleFile);

  it('has documents, evidence, records and proof, each with a checksum, and is sound', async () => {
    const names = [pdf(), docx(), 'checksums.sha256', 'documents/notices.jsonl', 'documents/plan.txt', 'metadata.xml'];
    names.push('proof/checkpoint.txt', 'proof/keys.pem', 'readme.txt', 'records/handling.csv', 'records/history.jsonl');
    names.push('records/tasks.csv', 'signature.txt', paper());
    if (hasLibreOffice) names.push(paper().replace('.docx', '.pdf'));
    expect(Object.keys(files).sort()).toEqual(names.sort());
    expect(Buffer.from(files[pdf()]!).equals(FILES.pdf)).toBe(true);
    expect(strFromU8(files['documents/plan.txt']!)).toContain('修缮钟楼');
    expect(strFromU8(files['records/handling.csv']!)).toMatch(/印发方案[^]*年终结转方案/);
    const verdict = await checkArchive(file);
    expect(verdict).toMatchObject({ planId: edge.planId, isSound: true });
    // A Word file is what it is, and will not last.
    expect(faultsOf(verdict)).toEqual([`format_passing ${paper()}`, `format_passing ${docx()}`]);
    expect(verdict.checks.map(({ check: name, outcome }) => [name, outcome])).toEqual([
      ['authenticity', 'holds'],
      ['completeness', 'holds'],
      ['usability', 'doubtful'],
      ['safety', 'holds'],
    ]);
    expect(['compared_outside', 'records_of_bundle', 'malware'].map((one) => outcomeOf(verdict, one))).toEqual(
      Array(3).fill('not_looked_at'),
    );
  });

  it('agrees with the keys, the checkpoint and the bundle that are held outside', async () => {
    const checkpoint = parseNote(strFromU8(files['proof/checkpoint.txt']!))!;
    const verdict = await checkArchive(file, { keys: [publicKey], checkpoint, bundle });
    expect(faultsOf(verdict)).toEqual([`format_passing ${paper()}`, `format_passing ${docx()}`]);
    expect(['compared_outside', 'records_of_bundle'].map((one) => outcomeOf(verdict, one))).toEqual(['holds', 'holds']);
  });

  it('has notices as they were issued, to the byte', async () => {
    const { bytes } = await (await edge.as('office')).ask('GET', `/notices/${notice.id}/document?format=docx`);
    expect(Buffer.from(files[paper()]!).equals(bytes)).toBe(true);
    const [line] = strFromU8(files['documents/notices.jsonl']!).trimEnd().split('\n');
    expect(JSON.parse(line!)).toMatchObject({ noticeId: notice.id, facts: { number: notice.number } });
    expect(strFromU8(files['metadata.xml']!)).toContain(`督办单 ${notice.number}`);
  });

  it('is asked for over HTTP by the auditor and the head of the office, made by a worker, and fetched', async () => {
    const [auditor, office] = [await edge.as('auditor'), await edge.as('office')];
    const path = `/plans/${edge.planId}/archive`;
    for (const caller of [auditor, office]) {
      const asked = await caller.ask('POST', path, { json: { retention: '10年' } });
      expect(asked).toMatchObject({ status: 202, body: { planId: edge.planId, state: 'queued', sha256: null } });
      const { id } = asked.body;
      expect(asked.headers['location']).toBe(`/api/v1/archive-packages/${id}`);
      const early = await caller.ask('GET', `/archive-packages/${id}/file`);
      expectProblem(early, 409, 'ARCHIVE.NOT_MADE', { state: 'queued' });
      const before = (await auditor.all('/history?type=archive_package.made')).length;
      // Of two workers with the same hint one makes it.
      const outcomes = await Promise.all([1, 2].map(() => packages().make(id)));
      expect(outcomes.toSorted()).toEqual(['made', 'not_due']);
      const made = await caller.get(`/archive-packages/${id}`);
      const answer = await caller.ask('GET', `/archive-packages/${id}/file`);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/zip']);
      expect(made).toMatchObject({ state: 'made', size: answer.bytes.length, sha256: sha256(answer.bytes) });
      expect([made.progress.total > 0, made.progress.done]).toEqual([true, made.progress.total]);
      const taken = unzipSync(answer.bytes);
      expect(Object.keys(taken).sort()).toEqual(Object.keys(files).sort());
      const sent = join(folder, `sent-${++tamperings}.zip`);
      writeFileSync(sent, answer.bytes);
      expect(await checkArchive(sent, { keys: [publicKey] })).toMatchObject({ isSound: true });
      expect(made.verdict).toEqual(await checkArchive(sent, {}));
      expect(strFromU8(taken['metadata.xml']!)).toContain('<保管期限>10年');
      expect(typesIn(taken).at(-1)).toBe('archive_package.asked');
      const events = await auditor.all('/history?type=archive_package.made');
      expect(events).toHaveLength(before + 1);
      expect(events[0]).toMatchObject({
        entityId: id,
        actor: { post: caller === auditor ? 'auditor' : 'office' },
        planId: edge.planId,
        after: { retention: '10年', size: made.size, sha256: made.sha256 },
      });
      // Nobody else's.
      const other = caller === auditor ? office : auditor;
      expectProblem(await other.ask('GET', `/archive-packages/${id}`), 404, 'ARCHIVE.UNKNOWN');
    }
  });

  it('is refused over HTTP to who has no right, or does not see all that would be in it', async () => {
    const [auditor, office] = [await edge.as('auditor'), await edge.as('office')];
    const path = `/plans/${edge.planId}/archive`;
    expectProblem(await auditor.ask('POST', path, { json: { retention: 'ever' } }), 400, 'REQUEST.INVALID');
    const none = '/plans/00000000-0000-4000-8000-000000000000/archive';
    expectProblem(await auditor.ask('POST', none, { json: {} }), 404, 'PLAN.UNKNOWN');
    for (const username of ['officer', 'leader', 'admin', 'LD01.contact', 'LD01.head']) {
      expectProblem(await (await edge.as(username)).ask('POST', path, { json: {} }), 403, 'RIGHTS.NOT_ALLOWED');
    }
    const { id } = await auditor.post(path, {});
    expect(await packages().make(id)).toBe('made');
    // Restricted to others since: of that the auditor would be told by it.
    const [{ id: taskId }] = await edge.query(`select id from task where plan_id = $1`, [edge.planId]);
    const usernames = ['office', 'LD01.contact'];
    await office.do('PUT', `/tasks/${taskId}/restrictions`, { json: { usernames } });
    expectProblem(await auditor.ask('POST', path, { json: {} }), 403, 'ARCHIVE.NOT_ALL_SEEN');
    expectProblem(await auditor.ask('GET', `/archive-packages/${id}/file`), 403, 'ARCHIVE.NOT_ALL_SEEN');
    // What was found of it may name what is in it.
    expect(await auditor.get(`/archive-packages/${id}`)).toMatchObject({ state: 'made', verdict: null });
    expect((await office.ask('POST', path, { json: {} })).status).toBe(202);
    await office.do('PUT', `/tasks/${taskId}/restrictions`, { json: { usernames: [] } });
  });

  it('is not made of evidence that was altered, which is said, and leaves nothing in the store', async () => {
    const office = await edge.as('office');
    const { id } = await office.post(`/plans/${edge.planId}/archive`, {});
    const stored = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith(evidence.docx.id),
    )!;
    const bytes = readFileSync(join(folder, stored));
    writeFileSync(join(folder, stored), 'other bytes');
    expect(await packages().make(id)).toBe('refused');
    writeFileSync(join(folder, stored), bytes);
    const refused = { state: 'refused', problem: { code: 'EVIDENCE.OBJECT_ALTERED' }, size: null };
    expect(await office.get(`/archive-packages/${id}`)).toMatchObject(refused);
    expectProblem(await office.ask('GET', `/archive-packages/${id}/file`), 409, 'ARCHIVE.NOT_MADE');
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes(id))).toEqual([]);
    const [told] = await (await edge.as('auditor')).all('/history?type=archive_package.refused');
    expect(told).toMatchObject({ entityId: id, planId: edge.planId });
  });

  it('is taken over from a worker that died, and given up after three of them', async () => {
    const office = await edge.as('office');
    const { id } = await office.post(`/plans/${edge.planId}/archive`, {});
    const died = (attempts: number) =>
      edge.query(
        `update archive_package set attempts = $2, claimed_until = now() - interval '1 second' where id = $1`,
        [id, attempts],
      );
    await edge.query(
      `update archive_package set attempts = 1, claimed_until = now() + interval '1 minute' where id = $1`,
      [id],
    );
    expect(await office.get(`/archive-packages/${id}`)).toMatchObject({ state: 'making' });
    expect([await packages().make(id), (await packages().dueIds(100)).includes(id)]).toEqual(['not_due', false]);
    await died(3);
    expect((await packages().dueIds(100)).includes(id)).toBe(true);
    expect(await packages().make(id)).toBe('refused');
    expect(await office.get(`/archive-packages/${id}`)).toMatchObject({ problem: { code: 'ARCHIVE.GIVEN_UP' } });
  });

  it('leaves the store after a week, and not before', async () => {
    const office = await edge.as('office');
    const { id } = await office.post(`/plans/${edge.planId}/archive`, {});
    await packages().make(id);
    const stored = (): string[] =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(id));
    const sweeper = edge.app.get(EvidenceSweeper, { strict: false });
    await sweeper.removeOrphans(new Date(Date.now() + 60_000));
    await packages().removeOld();
    expect(stored()).toHaveLength(1);
    await edge.query(`update archive_package set finished_at = finished_at - interval '8 days' where id = $1`, [id]);
    await packages().removeOld();
    expect(stored()).toEqual([]);
    expect(await office.get(`/archive-packages/${id}`)).toMatchObject({ state: 'removed', keptUntil: null });
    expectProblem(await office.ask('GET', `/archive-packages/${id}/file`), 409, 'ARCHIVE.NOT_MADE');
  });

  it('has its notices as PDF, too, or says why not', () => {
    const metadata = strFromU8(files['metadata.xml']!);
    if (hasLibreOffice) {
      expect(Buffer.from(files[paper().replace('.docx', '.pdf')]!).toString('latin1', 0, 5)).toBe('%PDF-');
      expect(metadata).toContain('<督办单版式文件>已附 PDF 1 份<');
    } else {
      expect(metadata).toContain('<督办单版式文件>未附 PDF：制作时没有 LibreOffice<');
    }
  });

  it('of an earlier version, which did not say that, is sound', async () => {
    const before = tampered(edit('metadata.xml', /<督办单版式文件>.*\n/, ''), 'checksums');
    expect(await check(before)).not.toContain('metadata_missing metadata.xml');
  });

  it('has the records from the draft to the closing', () => {
    const types = typesIn(files);
    expect(types).toEqual(
      expect.arrayContaining(['plan.drafted', 'plan.issued', 'evidence_file.bound', 'plan.closed']),
    );
  });

  const put = (name: string, text: string) => (copy: Files) => {
    copy[name] = strToU8(text);
  };
  const edit = (name: string, from: string | RegExp, to: string) => (copy: Files) => {
    const text = strFromU8(copy[name]!);
    expect(text.replace(from, to)).not.toBe(text);
    copy[name] = strToU8(text.replace(from, to));
  };
  const remove = (name: () => string) => (copy: Files) => {
    delete copy[name()];
  };
  const swap = (copy: Files): void => {
    [copy['documents/plan.txt'], copy['readme.txt']] = [copy['readme.txt']!, copy['documents/plan.txt']!];
  };
  const other = Buffer.concat([FILES.pdf, Buffer.from('\n%')]);
  const replaceEvidence = (copy: Files): void => {
    copy[pdf()] = other;
  };

  it.each<[string, () => string, () => string[]]>([
    [
      'a changed document',
      () => tampered(edit('documents/plan.txt', '钟楼', '鼓楼')),
      () => ['file_changed documents/plan.txt'],
    ],
    [
      'changed evidence',
      () => tampered(replaceEvidence),
      () => [`file_changed ${pdf()}`, `size_differs ${pdf()}`, `evidence_altered ${pdf()}`, 'count_differs'],
    ],
    [
      'a removed document',
      () => tampered(remove(() => 'documents/plan.txt')),
      () => ['file_missing documents/plan.txt', 'count_differs'],
    ],
    [
      'removed evidence',
      () => tampered(remove(pdf)),
      () => [`file_missing ${pdf()}`, 'evidence_missing', 'count_differs'],
    ],
    [
      'an added file',
      () => tampered(put('evidence/more.txt', '多')),
      () => ['file_added evidence/more.txt', 'count_differs'],
    ],
    [
      'swapped documents',
      () => tampered(swap),
      () => [
        'file_swapped documents/plan.txt',
        'file_swapped readme.txt',
        'size_differs documents/plan.txt',
        'size_differs readme.txt',
      ],
    ],
    [
      'a wrong checksum',
      () => tampered(edit('checksums.sha256', /^[0-9a-f]{64}(?= {2}documents\/plan)/m, '0'.repeat(64))),
      () => ['file_changed documents/plan.txt', 'signature_wrong signature.txt'],
    ],
    [
      'a removed checksum',
      () => tampered(edit('checksums.sha256', /^.* {2}documents\/plan.*\n/m, '')),
      () => ['checksum_missing documents/plan.txt', 'signature_wrong signature.txt'],
    ],
    [
      'a removed signature',
      () => tampered(remove(() => 'signature.txt')),
      () => ['signature_missing signature.txt', 'file_missing signature.txt'],
    ],
    ['changed metadata', () => tampered(edit('metadata.xml', '30年', '10年')), () => ['file_changed metadata.xml']],
    [
      'metadata without an element',
      () => tampered(edit('metadata.xml', /<保管期限>.*\n/, ''), 'checksums'),
      () => ['signature_wrong signature.txt', 'metadata_missing metadata.xml'],
    ],
    [
      'metadata that are no XML',
      () => tampered(edit('metadata.xml', '</案卷>', ''), 'checksums'),
      () => ['unreadable metadata.xml', 'signature_wrong signature.txt'],
    ],
    [
      'a document with checksums to fit',
      () => tampered(edit('documents/plan.txt', '钟楼', '鼓楼'), 'all'),
      () => ['signature_wrong signature.txt'],
    ],
    [
      'evidence with checksums to fit',
      () => tampered(replaceEvidence, 'all'),
      () => ['signature_wrong signature.txt', `evidence_altered ${pdf()}`],
    ],
    [
      'a changed record, with checksums to fit',
      () => tampered(edit('records/history.jsonl', '修缮钟楼', '修缮鼓楼'), 'all'),
      () => ['signature_wrong signature.txt', 'record_changed records/history.jsonl'],
    ],
    [
      'records that were left out, with checksums to fit',
      () => tampered(edit('records/history.jsonl', /^.*plan\.issued.*\n/m, ''), 'all'),
      () => ['signature_wrong signature.txt', 'count_differs', 'process_incomplete records/history.jsonl'],
    ],
    [
      'an unknown format',
      () => tampered((copy) => (copy[pdf()] = Buffer.from('0102030405060708', 'hex')), 'all'),
      () => [`format_unknown ${pdf()}`, `evidence_altered ${pdf()}`, 'signature_wrong signature.txt'],
    ],
    [
      'a format under another name',
      () => tampered((copy) => (copy[pdf()] = FILES.png), 'all'),
      () => [`format_unknown ${pdf()}`, `evidence_altered ${pdf()}`, 'signature_wrong signature.txt'],
    ],
    [
      'a program',
      () => tampered((copy) => (copy[pdf()] = FILES.exe), 'all'),
      () => [`program ${pdf()}`, `evidence_altered ${pdf()}`, 'signature_wrong signature.txt'],
    ],
    [
      'a path that leads out',
      () => tampered(put('../out.txt', 'x')),
      () => ['path_unsafe ../out.txt', 'file_added ../out.txt', 'count_differs'],
    ],
    [
      'a file that would fill the disk',
      () => tampered((copy) => (copy['evidence/zeros.txt'] = new Uint8Array(70 * 1024 * 1024))),
      () => ['bomb evidence/zeros.txt', 'file_added evidence/zeros.txt', 'count_differs'],
    ],
    [
      'a link',
      () => pack({ ...files, 'documents/plan.txt': [strToU8('/etc/passwd'), { os: 3, attrs: 0o120_777 << 16 }] }),
      () => ['link documents/plan.txt', 'count_differs'],
    ],
  ])('shows %s', async (_, path, expected) => {
    const verdict = await checkArchive(path());
    const found = faultsOf(verdict).filter((one) => !one.startsWith('format_passing'));
    expect([...new Set(found)].sort()).toEqual(expected().sort());
    expect(verdict.isSound).toBe(false);
  });

  it('shows whoever signs anew by a key of their own, to those who hold the key', async () => {
    const forged = generateKeyPairSync('ed25519').privateKey;
    const path = tampered((copy) => {
      edit('documents/plan.txt', '钟楼', '鼓楼')(copy);
      copy['proof/keys.pem'] = strToU8(createPublicKey(forged).export({ type: 'spki', format: 'pem' }).toString());
      const { text, checkpoint } = parseNote(strFromU8(copy['proof/checkpoint.txt']!))!;
      copy['proof/checkpoint.txt'] = strToU8(signNote(checkpoint.origin, text, [forged]));
    }, 'all');
    const copy = unzipSync(readFileSync(path));
    const { checkpoint } = parseNote(strFromU8(copy['proof/checkpoint.txt']!))!;
    const signed = `duban.archive/1\nhistory ${checkpoint.origin}\nplan ${edge.planId}\nchecksums sha256 ${sha256(copy['checksums.sha256']!)}\n`;
    const whole = pack({ ...copy, 'signature.txt': strToU8(signNote(checkpoint.origin, signed, [forged])) });
    expect(await check(whole)).toEqual([`format_passing ${paper()}`, `format_passing ${docx()}`]);
    expect(await check(whole, { keys: [publicKey] })).toEqual(
      expect.arrayContaining(['signature_wrong signature.txt', 'checkpoint_wrong proof/checkpoint.txt']),
    );
  });

  it('shows a record that was left out, however well, to those who hold a bundle', async () => {
    const path = tampered((copy) => {
      edit('records/history.jsonl', /^.*assignment\.signed_for.*\n/m, '')(copy);
      edit(
        'metadata.xml',
        /(?<=<办理记录数>)\d+/,
        String(strFromU8(copy['records/history.jsonl']!).trimEnd().split('\n').length),
      )(copy);
    }, 'all');
    expect(await check(path)).toEqual(expect.arrayContaining(['signature_wrong signature.txt']));
    expect(await check(path, { bundle })).toEqual(expect.arrayContaining(['bundle_differs records/history.jsonl']));
  });

  it('is not made of evidence that somebody has changed in the store, nor is a part of it left', async () => {
    const path = join(folder, 'altered.zip');
    const [lies] = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(({ name }) =>
      name.includes(evidence.pdf.id),
    );
    const stored = join(lies!.parentPath, lies!.name);
    const before = readFileSync(stored);
    writeFileSync(stored, other);
    try {
      await expect(make(edge.planId, path)).rejects.toMatchObject({ code: 'EVIDENCE.OBJECT_ALTERED' });
    } finally {
      writeFileSync(stored, before);
    }
    await expect(checkArchive(path)).rejects.toThrow(UnreadablePackage);
  });

  it('says in one sentence what is no package', async () => {
    writeFileSync(join(folder, 'half.zip'), readFileSync(file).subarray(0, 4000));
    await expect(checkArchive(join(folder, 'half.zip'))).rejects.toThrow(/cut off/);
    await expect(checkArchive(pack({ 'a.txt': strToU8('a') }))).rejects.toThrow(/no archive package/);
    expect(publicKeysIn(strFromU8(files['proof/keys.pem']!))).toHaveLength(1);
  });

  it('is made and checked by commands, which say in words what holds and what does not', async () => {
    const DUBAN_SIGNING_KEY = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    const environment = jest.replaceProperty(process, 'env', {
      ...process.env,
      DATABASE_URL: edge.databaseUrl,
      DUBAN_HOME: folder,
      DUBAN_SIGNING_KEY,
    });
    let said = '';
    const heard = (words: unknown): boolean => ((said += String(words)), true);
    const streams = [process.stdout, process.stderr].map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation(heard),
    );
    const told = async (work: Promise<void>): Promise<[words: string, exitCode: unknown]> => {
      await work;
      const answer: [string, unknown] = [said, process.exitCode];
      [said, process.exitCode] = ['', undefined];
      return answer;
    };
    try {
      const path = join(folder, 'by-command.zip');
      const [words] = await told(makeArchive(edge.planId, path, { retention: '永久' }));
      // One more where LibreOffice makes the notice a PDF, too.
      expect(words).toMatch(/by-command\.zip: 《.+》 1[12] 件，\d+ 条办理记录，存证第 \d+ 号/);
      await expect(makeArchive(edge.planId, path, { retention: '永久' })).rejects.toThrow(/is there already/);
      await expect(makeArchive(edge.planId, join(folder, 'no', 'x'), { retention: '永久' })).rejects.toThrow(
        /cannot be written/,
      );
      const held = join(folder, 'public.pem');
      writeFileSync(held, publicKey.export({ type: 'spki', format: 'pem' }));
      const [sound, code] = await told(archiveCheck(path, { key: [held] }));
      expect(code).toBeUndefined();
      expect(sound).toContain('真实性 authenticity: 合格 holds');
      expect(sound).toContain('安全性 safety: 合格 holds');
      expect(sound).toMatch(/适合长期保存：存疑[^]*宜转换为 OFD 或 PDF\/A/);
      expect(sound).toContain('结论：通过');
      const [faulty, fails] = await told(archiveCheck(tampered(remove(pdf)), {}));
      expect([faulty.includes(`缺少 ${pdf()} (file_missing)`), faulty.includes('结论：不通过'), fails]).toEqual([
        true,
        true,
        1,
      ]);
      const [json] = await told(archiveCheck(path, { json: true }));
      expect(JSON.parse(json)).toMatchObject({ planId: edge.planId, isSound: true });
      for (const [options, complaint] of [
        [{ checkpoint: held }, 'is no checkpoint'],
        [{ key: [bundleFile] }, 'public keys of Ed25519'],
        [{ key: [join(folder, 'none')] }, 'cannot be read'],
        [{ clamd: 'clamd' }, '--clamd takes'],
      ] as const) {
        const [words_, exit] = await told(archiveCheck(path, options as ArchiveCheckOptions));
        expect([words_.includes(complaint), exit]).toEqual([true, 2]);
      }
    } finally {
      for (const stream of streams) stream.mockRestore();
      environment.restore();
    }
  });

  describeWithClamd('with a scanner', (clamd) => {
    it('has no malware, and names an infected file', async () => {
      const outside = { clamd: clamd.address };
      expect(outcomeOf(await checkArchive(file, outside), 'malware')).toBe('holds');
      const infected = tampered((copy) => (copy['documents/plan.txt'] = strToU8(EICAR)), 'all');
      const found = await checkArchive(infected, outside);
      expect(faultsOf(found)).toContain('infected documents/plan.txt');
      expect(JSON.stringify(found)).toContain(EICAR_SIGNATURE);
      await clamd.stop();
      expect((await checkArchive(file, outside)).isSound).toBe(false);
    });
  });
});
