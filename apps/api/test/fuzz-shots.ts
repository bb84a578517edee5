import { type Action, reachOf } from '@duban/directory';
import type { PostKind } from '@duban/domain';
import fc from 'fast-check';
import type { Contract, Operation } from './contract';
import { formOf, type Json, sample, type Sent } from './edge';

/** Each kind of person that there is. */
const ACCOUNTS = [
  'office',
  'officer',
  'leader',
  'admin',
  'auditor',
  'security',
  'LD04.contact',
  'LD04.head',
  'LD01.contact',
  'LA01.contact',
];

const PLAN = sample.plan.slice(0, 2000);

/** Values that somebody, sooner or later, sends. */
const HOSTILE: unknown[] = [
  null,
  '',
  ' ',
  '\u0000',
  'a\ud800b',
  '%',
  '_',
  '\\',
  `'; drop table task; --`,
  '__proto__',
  '😀'.repeat(50),
  'x'.repeat(30_000),
  '0000-01-01',
  '2023-02-30',
  '9999-12-31',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999-23:59',
  '2023-01-12T24:00:00Z',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  0,
  -1,
  1.5,
  1e308,
  -1e-300,
  2 ** 31,
  2 ** 53,
  true,
  [],
  {},
  [[[[]]]],
  { toString: 1 },
];

/** Bodies that are no JSON, or more of it than anybody means. */
const BROKEN = [
  '',
  '{',
  '{"a":1',
  '"',
  '{"__proto__":{"a":1}}',
  '['.repeat(5_000),
  `${'['.repeat(900)}${']'.repeat(900)}`,
  'a=1',
];

/** What an id is of, by the word before it in an address, or by its own. */
const NEWEST_TASKS = `(select t.id from task t join plan p on p.id = t.plan_id order by p.created_at desc, t.position) task`;
const TABLES = {
  plans: 'plan',
  policies: 'policy',
  planId: 'plan',
  tasks: NEWEST_TASKS,
  taskId: 'task',
  order: NEWEST_TASKS,
  parentId: NEWEST_TASKS,
  after: NEWEST_TASKS,
  before: NEWEST_TASKS,
  from: NEWEST_TASKS,
  to: NEWEST_TASKS,
  unitIds: 'unit',
  groupId: 'unit_group',
  assignments: 'assignment',
  assignmentId: 'assignment',
  obligationId: 'obligation',
  notices: 'supervision_notice',
  inbox: 'delivery',
  unitId: 'unit',
  targetId: 'target',
  personId: 'person',
  jurisdictionId: 'jurisdiction',
  eventId: 'history_event',
  post: 'post',
  posts: 'post',
  obligations: 'obligation',
  targets: 'target',
  bulletins: 'bulletin',
  'archive-packages': 'archive_package',
  'channel-tests': 'channel_test',
  drafts: 'policy_draft',
  draftId: 'policy_draft',
  searches: 'saved_search',
  views: 'saved_search',
  items: 'plan_revision_item',
  measures: 'action_plan_measure',
  contributions: 'contribution',
  coordinations: 'coordination',
  cards: 'card',
  reorganisations: 'reorganisation',
  disposals: 'disposal',
  deliveries: 'delivery',
  delegations: 'delegation',
  'action-plans': 'action_plan',
  'post-changes': 'post_change',
  'plan-imports': 'plan_import',
  'api-tokens': 'api_token',
  'suppressed-addresses': 'suppressed_address',
  reports: 'report',
  applications: 'application',
  reportId: 'report',
  fileId: 'evidence_file',
  evidence: 'evidence_file',
  matters: 'matter',
  destinations: 'destination',
  revisions: 'plan_revision',
  imports: 'plan_import',
};
export type Ids = Record<string, string[]>;

/** A request as fast-check makes it, to be read in a failure. */
export interface Shot {
  operation: string;
  username: string | null;
  /** The id of the post in which it is made, whoever holds it. */
  post: string | null;
  path: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  /** In place of the body, as it is. */
  raw: string | null;
  file: { bytes: Uint8Array; name: string; field: string } | null;
  key: string | null;
}

/** Ids that exist, the oldest and the newest, by what an address or a body calls them. */
export async function idsOf(query: (sql: string) => Promise<Json[]>): Promise<Ids> {
  // Whose password is changed has to sign in again, so it is nobody who sends requests.
  const ids: Ids = { username: ['LD20.contact', 'LD21.head'] };
  for (const [name, table] of Object.entries(TABLES)) {
    const rows = await query(
      `(select id from ${table} order by id limit 8) union (select id from ${table} order by id desc limit 8)`,
    );
    ids[name] = rows.map((row) => row.id);
  }
  const codes = await query(`select code as id from unit order by code limit 12`);
  ids['units'] = ids['code'] = codes.map((row) => row.id);
  return ids;
}

/** Requests for every operation: half of them as the document asks for them, the others wrong somewhere. */
export function shots(contract: Contract, ids: Ids): fc.Arbitrary<Shot> {
  const makers = [new Values(contract, ids, 400), new Values(contract, ids, 12)];
  return fc.oneof(...makers.flatMap((make) => contract.operations.map((operation) => shotsAt(operation, make, ids))));
}

function shotsAt(operation: Operation, make: Values, ids: Ids): fc.Arbitrary<Shot> {
  const { parameters = [], requestBody } = operation.document;
  const content = requestBody?.content ?? {};
  const json = content['application/json']?.schema;
  const of = (place: string, arbitrary: (name: string, schema: Json) => fc.Arbitrary<unknown>): Model =>
    Object.fromEntries(
      parameters
        .filter((parameter: Json) => parameter.in === place)
        .map(({ name, schema }: Json) => [name, arbitrary(name, schema)]),
    );
  const inPath = (name: string): fc.Arbitrary<unknown> => {
    const parts = operation.path.split('/');
    const before = parts.at(parts.indexOf(`{${name}}`) - 1)!;
    return rarely(make.oneIn, make.id(before in ids ? before : name), fc.string({ minLength: 1 }));
  };
  const isEndless = operation.name === 'GET /inbox/events';
  const query = of('query', (name, schema) => make.value(schema, name));
  return fc.record({
    operation: fc.constant(operation.name),
    username: operation.path.endsWith('/sessions')
      ? fc.constant(null)
      : rarely(
          25,
          rarely(5, fc.constantFrom(...entitledTo(operation)), fc.constantFrom(...ACCOUNTS)),
          fc.constant(null),
        ),
    post: rarely(15, fc.constant(null), fc.oneof(make.id('post'), fc.constantFrom('', 'x'))),
    path: fc.record(of('path', inPath)) as fc.Arbitrary<Record<string, string>>,
    // Otherwise the answer has no end.
    query: isEndless
      ? fc.constant({ wait: 'false' })
      : (fc.record(query, { requiredKeys: [] }) as fc.Arbitrary<Record<string, unknown>>),
    body: json ? rarely(make.oneIn, make.value(json), fc.constantFrom(...HOSTILE)) : fc.constant(undefined),
    raw: requestBody ? rarely(make.oneIn, fc.constant(null), fc.constantFrom(...BROKEN)) : fc.constant(null),
    file: content['multipart/form-data'] ? files() : fc.constant(null),
    key: rarely(6, fc.constant(null), fc.constantFrom('k', 'l', 'ü', '')),
  });
}

/** Those whose post has one of the rights that the document says the operation needs. */
function entitledTo({ document }: Operation): string[] {
  const needs = /Needs the right (.*)\.$/.exec(document.description ?? '')?.[1]?.match(/[\w.]+(?=`)/g) as
    Action[] | null;
  const entitled = ACCOUNTS.filter((account) =>
    needs?.some((action) => reachOf(action, account.split('.').at(-1) as PostKind) !== null),
  );
  return entitled.length > 0 ? entitled : ACCOUNTS;
}

type Model = Record<string, fc.Arbitrary<unknown>>;

/** One in so many is another. */
const rarely = <A, B>(one: number, usual: fc.Arbitrary<A>, other: fc.Arbitrary<B>): fc.Arbitrary<A | B> =>
  fc.oneof({ weight: one - 1, arbitrary: usual }, { weight: 1, arbitrary: other });

/** Arbitraries by schema. */
class Values {
  private readonly anyId: fc.Arbitrary<string>;

  constructor(
    private readonly contract: Contract,
    private readonly ids: Ids,
    /** One value in so many is not what its schema says. */
    readonly oneIn: number,
  ) {
    this.anyId = fc.constantFrom(...Object.values(ids).flat());
  }

  /** What a schema allows, mostly; sometimes what it does not. */
  value(schema: Json, name = ''): fc.Arbitrary<unknown> {
    return rarely(this.oneIn, this.sound(this.contract.resolve(schema), name), fc.constantFrom(...HOSTILE));
  }

  id(name: string): fc.Arbitrary<string> {
    const known = (this.ids[name]?.length ?? 0) > 0 ? fc.constantFrom(...this.ids[name]!) : this.anyId;
    return fc.oneof(
      { weight: 8, arbitrary: known },
      { weight: 1, arbitrary: known.map((id) => id.toUpperCase()) },
      { weight: 1, arbitrary: this.anyId },
      { weight: 1, arbitrary: fc.uuid() },
    );
  }

  private sound(schema: Json, name: string): fc.Arbitrary<unknown> {
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map((inner: Json) => this.value(inner, name)));
    if (Array.isArray(schema.type)) {
      return fc.oneof(...schema.type.map((type: string) => this.value({ ...schema, type }, name)));
    }
    if (schema.enum) return fc.constantFrom(...schema.enum);
    switch (schema.type) {
      case 'object': {
        if (!schema.properties) return this.dictionary(schema.additionalProperties);
        const properties = Object.entries<Json>(schema.properties);
        const model = Object.fromEntries(properties.map(([key, inner]) => [key, this.value(inner, key)]));
        return rarely(
          this.oneIn,
          fc.record(model, { requiredKeys: schema.required ?? [] }),
          fc.constant({ unknown: 1 }),
        );
      }
      case 'array':
        return fc.array(this.value(schema.items, name), { maxLength: 4 });
      case 'boolean':
        return fc.boolean();
      case 'integer':
        // What was hardly ever changed is of a small version, and another is refused before all else.
        if (name === 'expectedVersion') return fc.integer({ min: 1, max: 3 });
        return fc.integer({ min: Math.max(schema.minimum, -3000), max: Math.min(schema.maximum, 3000) });
      case 'number':
        return fc.oneof(fc.integer({ min: 0, max: 300 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
      case 'null':
        return fc.constant(null);
      case 'string':
        return this.text(schema, name);
      default:
        throw new Error(`a schema of another kind: ${JSON.stringify(schema)}`);
    }
  }

  /** Whatever keys; of what a schema says, or of anything that JSON can say. */
  private dictionary(inner: Json): fc.Arbitrary<unknown> {
    const isTold = typeof inner === 'object' && Object.keys(inner).some((key) => key !== 'description');
    const value = isTold ? this.value(inner) : fc.jsonValue({ maxDepth: 3 });
    return fc.dictionary(fc.string({ maxLength: 20 }), value, { maxKeys: 5 });
  }

  private text({ format, minLength = 0, maxLength = 200 }: Json, name: string): fc.Arbitrary<string> {
    if (format === 'uuid') return this.id(name);
    if (name === 'cursor') return this.cursor();
    // Within the months that the clock may be moved over in a moment.
    const instants = fc.date({ min: new Date('2023-01-05'), max: new Date('2023-02-12'), noInvalidDate: true });
    if (format === 'date') return instants.map((at) => at.toISOString().slice(0, 10));
    if (format === 'date-time') return instants.map((at) => at.toISOString());
    return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) });
  }

  /** Much as a list would give them. */
  private cursor(): fc.Arbitrary<string> {
    const part = fc.oneof(
      this.anyId,
      fc.integer(),
      fc.constantFrom('2023-01-19T01:00:00.000Z', '2023-12-31', '9999-12-31', '17', '9'.repeat(18)),
      fc.jsonValue(),
    );
    const made = fc
      .array(part, { minLength: 1, maxLength: 2 })
      .map((key) => Buffer.from(JSON.stringify(key)).toString('base64url'));
    return fc.oneof(made, this.anyId, fc.string());
  }
}

const files = (): fc.Arbitrary<Shot['file']> =>
  fc.record({
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
      fc.constantFrom(PLAN, PLAN, sample.units, '[]', '{}', 'null').map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .json()
        .map((text) => Buffer.from(`{"jurisdiction":"临澜市","units":[{"code":"X1","name":"市某局","kind":${text}}]}`)),
    ),
    name: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    field: rarely(10, fc.constant('file'), fc.string()),
  });

export function addressOf({ path }: Operation, shot: Shot): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(shot.query)) {
    query.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(shot.path[name]!));
  return query.size > 0 ? `${filled}?${query.toString()}` : filled;
}

export function sentOf({ body, raw, file, key, post }: Shot): Sent {
  const headers: Record<string, string> = {};
  if (key !== null) headers['idempotency-key'] = key;
  if (post !== null) headers['duban-post'] = post;
  if (raw !== null) return { raw, headers: { ...headers, 'content-type': 'application/json' } };
  if (file) return { form: formOf(Buffer.from(file.bytes), file.name, file.field), headers };
  return body === undefined ? { headers } : { json: body, headers };
}
