/** How a column becomes a text: an identifier or words as they are, an instant in UTC, a state as JSON. */
type Kind = 'text' | 'instant' | 'state';

/**
 * The columns of an event that are hashed: all that it records. A column that is added later belongs here, too, empty
 * in the events before it: what is empty is left out of the canonical form, so that the hashes of old events stay, and
 * one that is filled afterwards shows. Never take a column out.
 */
const HASHED_COLUMNS = {
  seq: 'text',
  id: 'text',
  jurisdiction_id: 'text',
  plan_id: 'text',
  task_id: 'text',
  entity: 'text',
  entity_id: 'text',
  type: 'text',
  actor_person_id: 'text',
  actor_post_id: 'text',
  actor_unit_id: 'text',
  actor_name: 'text',
  actor_post: 'text',
  actor_token_id: 'text',
  actor_token_name: 'text',
  actor_delegation_id: 'text',
  actor_for_person_id: 'text',
  actor_for_name: 'text',
  request_id: 'text',
  reason: 'text',
  before: 'state',
  after: 'state',
  occurred_at: 'instant',
  recorded_at: 'instant',
} as const satisfies Record<string, Kind>;

const fieldOf = (column: string): string => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const COLUMNS = Object.entries(HASHED_COLUMNS).map(([column, kind]) => ({ column, kind, field: fieldOf(column) }));

/** Names of the columns that are hashed. */
export const HASHED_COLUMN_NAMES: readonly string[] = COLUMNS.map(({ column }) => column);

/** An event as {@link hashed} reads it: all texts, nothing that JavaScript has cut. */
export type HashedRow = Record<string, string | null>;

/** Columns that lie apart, in the part of the month. */
const WORDS: readonly string[] = ['reason', 'before', 'after'];

/** What to read of an event for {@link canonicalEvent}: of its row `h`, and of its words, which are `h`'s as well in the view. */
export const hashed = (words: string): string =>
  COLUMNS.map(
    ({ column, kind, field }) => `${asText(WORDS.includes(column) ? words : 'h', column, kind)} as "${field}"`,
  ).join(', ');

function asText(row: string, column: string, kind: Kind): string {
  // As JSON an instant is written alike whatever the session's settings, to the microsecond, and never ambiguous.
  if (kind === 'instant') return `to_jsonb(${row}.${column} at time zone 'UTC') #>> '{}'`;
  return `${row}."${column}"::text`;
}

/** The canonical form of an event (规范化): JSON by RFC 8785 in UTF-8. PROOF.md says it in full. */
export function canonicalEvent(row: HashedRow): Buffer {
  const event: Record<string, unknown> = {};
  for (const { field, kind } of COLUMNS) {
    const text = row[field];
    if (text === null || text === undefined) continue;
    event[field] = kind === 'instant' ? `${text}Z` : kind === 'state' ? stateOf(text) : text;
  }
  return Buffer.from(canonicalJson(event));
}

/**
 * A state is an object. One with a number that JSON's numbers cannot hold exactly, or a value that is no object, was not
 * written by duban; it stays as the text that Postgres gives, so that no two states have one form.
 */
function stateOf(text: string): unknown {
  return text.startsWith('{') && hasExactNumbers(text) ? JSON.parse(text) : text;
}

/** Texts, which may hold digits, and numbers. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
/** So many digits every double keeps. */
const SAFE_DIGITS = 15;

function hasExactNumbers(json: string): boolean {
  for (const [token] of json.matchAll(TEXT_OR_NUMBER)) {
    if (token.startsWith('"') || token.length <= SAFE_DIGITS) continue;
    if (decimal(token) !== decimal(String(Number(token)))) return false;
  }
  return true;
}

/** Sign, digits without zeros at their ends, and power of ten: the same for equal numbers. */
function decimal(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return whole === '' ? `not a number: ${number}` : '0';
  return `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
}

/** JSON by RFC 8785 of what `JSON.parse` gave: members in the order of their UTF-16 code units, no blanks. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const record = value as Record<string, unknown>;
  const members = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`);
  return `{${members.join(',')}}`;
}
