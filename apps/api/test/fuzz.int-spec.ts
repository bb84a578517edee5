import fc from 'fast-check';
import { actOnSample } from './cases';
import { Contract, type Operation } from './contract';
import { Edge, formOf, type Json, sample, type Sent, useEdge } from './edge';

/** Requests a run; more finds more. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 300);
const ACCOUNTS = [
  'office',
  'officer',
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
};
type Ids = Record<string, string[]>;

/** A request as fast-check makes it, to be read in a failure. */
interface Shot {
  operation: string;
  username: string | null;
  path: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  file: { bytes: Uint8Array; name: string; field: string } | null;
  key: string | null;
}

describe('Whatever is sent', () => {
  let contract: Contract;
  let ids: Ids;
  const edge = useEdge(async (database) => {
    const opened = await (await Edge.open(database)).issue();
    await actOnSample(opened);
    await opened.draft();
    contract = await Contract.of(opened);
    // Whose password is changed has to sign in again, so it is nobody who sends requests.
    ids = { username: ['LD20.contact', 'LD21.head'] };
    for (const [name, table] of Object.entries(TABLES)) {
      const rows = await opened.query(`select id from ${table} order by id limit 12`);
      ids[name] = rows.map((row) => row.id);
    }
    return opened;
  });

  it(`the answer is a promised one, ${REQUESTS} times`, async () => {
    const counts = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(shots(contract, ids), async (shot) => {
        const operation = contract.operations.find(({ name }) => name === shot.operation)!;
        const caller = shot.username === null ? edge().nobody() : await edge().as(shot.username);
        const answer = await caller.ask(operation.method, addressOf(operation, shot), sentOf(shot));
        counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
        // Said of a machine without LibreOffice, and promised; everything else of the kind is a fault.
        const isWithoutOffice = answer.status === 503 && answer.text.includes('DOCUMENT.PDF_NEEDS_LIBREOFFICE');
        if (answer.status >= 500 && !isWithoutOffice) throw new Error(`${answer.status}: ${answer.text}`);
        const faults = contract.faultsIn(operation, answer);
        if (faults.length > 0) throw new Error(`${faults.slice(0, 5).join('; ')}; in ${answer.text.slice(0, 500)}`);
      }),
      { numRuns: REQUESTS, endOnFailure: process.env.FUZZ_REQUESTS !== undefined },
    );
    // The shots are worth something only as long as many of them hit.
    const good = [...counts].filter(([status]) => status < 300).reduce((sum, [, count]) => sum + count, 0);
    expect(good).toBeGreaterThan(REQUESTS / 10);
  }, 600_000);
});

function shots(contract: Contract, ids: Ids): fc.Arbitrary<Shot> {
  const make = new Values(contract, ids);
  const perOperation = contract.operations
    // Everybody else's session would end; the other's answer has no end.
    .filter(({ name }) => name !== 'DELETE /sessions/current' && name !== 'GET /inbox/events')
    .map((operation): fc.Arbitrary<Shot> => {
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
        const before = operation.path.split('/').at(operation.path.split('/').indexOf(`{${name}}`) - 1)!;
        return rarely(15, make.id(before in ids ? before : name), fc.string({ minLength: 1 }));
      };
      return fc.record({
        operation: fc.constant(operation.name),
        username: operation.path.endsWith('/sessions') ? fc.constant(null) : fc.constantFrom(...ACCOUNTS),
        path: fc.record(of('path', inPath)) as fc.Arbitrary<Record<string, string>>,
        query: fc.record(
          of('query', (name, schema) => make.value(schema, name)),
          { requiredKeys: [] },
        ),
        body: json ? rarely(30, make.value(json), fc.constantFrom(...HOSTILE)) : fc.constant(undefined),
        file: content['multipart/form-data'] ? files() : fc.constant(null),
        key: rarely(6, fc.constant(null), fc.constantFrom('k', 'l', 'ü', '')),
      });
    });
  return fc.oneof(...perOperation);
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
  ) {
    this.anyId = fc.constantFrom(...Object.values(ids).flat());
  }

  /** What a schema allows, mostly; sometimes what it does not. */
  value(schema: Json, name = ''): fc.Arbitrary<unknown> {
    return rarely(30, this.sound(this.contract.resolve(schema), name), fc.constantFrom(...HOSTILE));
  }

  id(name: string): fc.Arbitrary<string> {
    const known = this.ids[name] ? fc.constantFrom(...this.ids[name]) : this.anyId;
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
        return rarely(30, fc.record(model, { requiredKeys: schema.required ?? [] }), fc.constant({ unknown: 1 }));
      }
      case 'array':
        return fc.array(this.value(schema.items, name), { maxLength: 4 });
      case 'boolean':
        return fc.boolean();
      case 'integer':
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

function addressOf({ path }: Operation, shot: Shot): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(shot.query)) {
    query.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(shot.path[name]!));
  return query.size > 0 ? `${filled}?${query.toString()}` : filled;
}

function sentOf({ body, file, key }: Shot): Sent {
  const headers: Record<string, string> = key === null ? {} : { 'idempotency-key': key };
  if (file) return { form: formOf(Buffer.from(file.bytes), file.name, file.field), headers };
  return body === undefined ? { headers } : { json: body, headers };
}
