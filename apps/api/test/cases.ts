import { type Answer, type Edge, expectProblem, type Json, type Method, PASSWORD, type Sent } from './edge';

/** The id of nothing. */
export const NOTHING = '00000000-0000-4000-8000-000000000000';
/** Words of an urge (消息模板), with all that they have to name. */
export const URGE_WORDS = {
  about: 'urge',
  zh: '请办：{事项}（{单位}）应于{时限}前{应办事项}{距时限}。',
  en: 'Please see to it: {item} ({unit}) was to {duty} by {due}{timing}.',
};

export const COMPLETION = { event: 'report', text: '已完成。', evidence: [{ title: '验收意见' }] };

/** Who asks (null: nobody), and what. */
export type Request = [username: string | null, method: Method, path: string, sent?: Sent];

/** Something that is refused: `answer` is status and code, `place` what the problem says of where the fault lies. */
export type Case<World = void> = [
  name: string,
  request: (world: World) => Request,
  answer: `${number} ${string}`,
  place?: object,
];

export async function send(edge: Edge, [username, method, path, sent]: Request): Promise<Answer> {
  const caller = username === null ? edge.nobody() : await edge.as(username);
  return caller.ask(method, path, sent);
}

/** A test a case: it is refused as said, and nothing was written. To be called first in a block. */
export function refuseAll<World = void>(edge: () => Edge, world: () => World, cases: Case<World>[]): void {
  let stands: Record<string, string>;
  beforeAll(async () => {
    stands = await edge().written();
  });
  it.each(cases)('%s', async (_, request, expected, place = {}) => {
    const answer = await send(edge(), request(world()));
    const before = stands;
    stands = await edge().written();
    const [status, code] = expected.split(' ');
    expectProblem(answer, Number(status), code!, place);
    expect(stands).toEqual(before);
  });
}

/** The place of a fault among several. */
export const fault = (field: string, code = 'FIELD.INVALID'): object => ({
  faults: expect.arrayContaining([expect.objectContaining({ field, code })]),
});

/** A part of a task with the obligations that it has. */
export interface Part {
  id: string;
  obligations: Json[];
}

/** Parts of the sample plan at different points, at noon of 20 January 2023. */
export interface Parts {
  /** Of LD04, lead of task 1 with two targets: signed for, its action plan handed in. */
  lead: Part;
  /** Of LD03 in task 1: reported. */
  helper: Part;
  /** Of LA01, the only unit of task 2: reported. */
  reported: Part;
  /** Of LD01 in task 1: not signed for, so there is a notice. */
  unsigned: Part;
  targets: Json[];
  /** Blue, issued to LD01. */
  notice: Json;
  /** Blue, answered by LD07. */
  answered: Json;
}

/** A post as `POST /post-changes` names it. */
export interface NamedPost {
  kind: string;
  unitCode?: string;
  title?: string;
}

/** Makes an account that can sign in. */
export async function makeAccount(edge: Edge, username: string, displayName: string): Promise<void> {
  const admin = await edge.as('admin');
  await admin.post('/persons', { username, displayName });
  await admin.do('PATCH', `/persons/${username}`, { json: { password: PASSWORD } });
}

/** Gives somebody a post, as the security administrator does. */
export async function appoint(edge: Edge, username: string, post: NamedPost, more: object = {}): Promise<Json> {
  const json = { kind: 'grant', username, post, reason: '任命', ...more };
  return (await edge.as('security')).post('/post-changes', json);
}

/** The id of a unit's post. */
export async function postOf(edge: Edge, unitCode: string, kind: string, title: string | null = null): Promise<string> {
  const { items } = await (await edge.as('office')).get(`/units/${unitCode}/posts`);
  return items.find((post: Json) => post.kind === kind && post.title === title).id;
}

/** The texts of somebody's messages, those of the same half hour together, the oldest first. */
export async function toldTo(edge: Edge, username: string): Promise<{ at: string; lines: string[] }[]> {
  const rows = await edge.query(
    `select d.created_at as at, array_agg(i.text order by i.position) as lines
     from delivery d join person p on p.id = d.person_id join digest_item i on i.digest_id = d.digest_id
     where p.username = $1 and d.channel = 'inbox' group by d.id, d.created_at order by d.created_at`,
    [username],
  );
  return rows.map(({ at, lines }) => ({ at: at.toISOString(), lines }));
}

/** Has people of several units act on the issued sample plan. */
export async function actOnSample(edge: Edge): Promise<Parts> {
  const move = async (username: string, { id }: Part, json: object): Promise<void> =>
    (await edge.as(username)).post(`/assignments/${id}/transitions`, json);
  const lead = await edge.part('1', 'LD04');
  await move('LD04.contact', lead, { event: 'sign_for' });
  const obligationId = lead.obligations.find((o) => o.kind === 'action_plan').id;
  await (await edge.as('LD04.contact')).post(`/assignments/${lead.id}/reports`, { obligationId, text: '方案' });
  const helper = await edge.part('1', 'LD03');
  await move('LD03.contact', helper, { event: 'sign_for' });
  await move('LD03.contact', helper, COMPLETION);
  const reported = await edge.part('2', 'LA01');
  const { targets } = await edge.task('2');
  await move('LA01.contact', reported, { event: 'sign_for' });
  const measurements = targets.map(({ id, value }: Json) => ({ targetId: id, value }));
  await move('LA01.contact', reported, { ...COMPLETION, measurements });
  await edge.passTo('2023-01-20T12:00:00+08:00');

  const answered = await firstNotice(edge, 'LD07');
  const contact = await edge.as('LD07.contact');
  await contact.post(`/notices/${answered.id}/transitions`, { event: 'answer', answer: '马上签收。' });
  return {
    lead: await edge.part('1', 'LD04'),
    helper,
    reported,
    unsigned: await edge.part('1', 'LD01'),
    targets: (await edge.task('1')).targets,
    notice: await firstNotice(edge, 'LD01'),
    answered,
  };
}

async function firstNotice(edge: Edge, unitCode: string): Promise<Json> {
  const contact = await edge.as(`${unitCode}.contact`);
  return (await contact.get('/notices?limit=1')).items[0];
}

/** Of a year that no paper of ours arranges; invented. */
export const PAPER = {
  number: '样例办〔2026〕1号',
  title: '2027年节假日安排（样例）',
  issuedOn: '2026-11-10',
  url: 'https://example.org/paper',
  year: 2027,
  days: [{ from: '2027-01-01', to: '2027-01-03', off: true, holiday: '元旦' }],
};
