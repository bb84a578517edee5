import { columnsOf, consequences } from '@duban/database';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../actor';
import { ERASED, UNREADABLE } from './erased';
import { newPersonKey, open, seal } from './person-box';
import { type PersonalPart, partsOf } from './personal-parts';

type State = Readonly<Record<string, unknown>>;

/** What is told of one person in a state, once it is sealed. */
interface SealedPart {
  of: string;
  fields: string[];
  box: string;
}

/** Words about somebody, and what for. */
interface Words {
  personId: string;
  context: string;
  words: string;
}

interface Recorded {
  entity: string;
  entityId: string;
  before?: State | null;
  after?: State | null;
}

/** Names of actors, and addresses that messages go to over and over: made once, and kept without their keys. */
const MOST_BOXES = 20_000;
/** What a column has instead of a name. */
const SEALED_NAME = 'sealed:';
const NAME = 'name';

/** Seals what events say of people, each by the person's own key (个人信息加密). */
export class PersonBoxes {
  private readonly made = new Map<string, string>();

  /** States and the actor's names as they are recorded. */
  async seal(
    tx: EntityManager,
    actor: Actor,
    changes: readonly Recorded[],
  ): Promise<{ name: string; forName: string | null; states: { before: State | null; after: State | null }[] }> {
    const wanted: Words[] = [];
    const collect = (words: Words): string => `${wanted.push(words)}`;
    sealAll(actor, changes, collect);
    const boxes = await this.boxesOf(tx, wanted);
    return sealAll(actor, changes, (words) => boxes.get(keyOf(words))!);
  }

  /** Destroys a person's key: nothing that it sealed is ever read again, here or in a copy. */
  async destroy(tx: EntityManager, personId: string): Promise<void> {
    await tx.query(
      `insert into person_key (person_id, key) values ($1, null) on conflict (person_id) do update set key = null`,
      [personId],
    );
    for (const key of this.made.keys()) if (key.startsWith(`${personId}\0`)) this.made.delete(key);
  }

  private async boxesOf(tx: EntityManager, wanted: readonly Words[]): Promise<Map<string, string>> {
    const boxes = new Map<string, string>();
    const missing: Words[] = [];
    for (const words of wanted) {
      const key = keyOf(words);
      const box = this.made.get(key);
      if (box === undefined) missing.push(words);
      else boxes.set(key, box);
    }
    if (missing.length === 0) return boxes;
    const keys = await keysOfAll(tx, [...new Set(missing.map(({ personId }) => personId))]);
    for (const words of missing) {
      const { key, isSettled } = keys.get(words.personId)!;
      // Whoever was erased meanwhile is told of no more.
      const box = key === null ? '' : seal(key, contextOf(words), words.words);
      boxes.set(keyOf(words), box);
      // A key that this transaction made is gone with it, should it fail.
      if (key !== null && isSettled) this.keep(keyOf(words), box);
    }
    return boxes;
  }

  private keep(key: string, box: string): void {
    if (this.made.size >= MOST_BOXES) this.made.delete(this.made.keys().next().value!);
    this.made.set(key, box);
  }
}

/** States of one kind of thing with what they say of people, as those were recorded. */
export async function openStates<S>(tx: EntityManager, entity: string, states: readonly S[]): Promise<S[]> {
  const parts = partsOf(entity);
  if (parts.length === 0) return [...states];
  const keys = await keysFor(
    tx,
    states.flatMap((state) => ownersIn(state as State | null, parts)),
  );
  return states.map((state) => openState(state as State | null, entity, parts, keys) as S);
}

/** The name under which somebody acted. */
export async function openName(tx: EntityManager, personId: string | null, name: string): Promise<string> {
  if (personId === null || !name.startsWith(SEALED_NAME)) return name;
  return nameIn(name, personId, await keysFor(tx, [personId]));
}

interface Told {
  entity: string;
  actor: { personId: string | null; name: string; onBehalfOf: { personId: string; name: string } | null };
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Events with what they say of people; of those who were erased, that they were. One statement for all. */
export async function openEvents<E extends Told>(tx: EntityManager, events: readonly E[]): Promise<E[]> {
  const owners = new Set<string>();
  for (const { entity, actor, before, after } of events) {
    if (actor.personId !== null && actor.name.startsWith(SEALED_NAME)) owners.add(actor.personId);
    if (actor.onBehalfOf?.name.startsWith(SEALED_NAME)) owners.add(actor.onBehalfOf.personId);
    const parts = partsOf(entity);
    for (const id of [...ownersIn(before, parts), ...ownersIn(after, parts)]) owners.add(id);
  }
  if (owners.size === 0) return [...events];
  const keys = await keysFor(tx, [...owners]);
  return events.map((event) => {
    const { entity, actor, before, after } = event;
    const { onBehalfOf } = actor;
    const parts = partsOf(entity);
    return {
      ...event,
      actor: {
        ...actor,
        name: actor.personId === null ? actor.name : nameIn(actor.name, actor.personId, keys),
        onBehalfOf: onBehalfOf && { ...onBehalfOf, name: nameIn(onBehalfOf.name, onBehalfOf.personId, keys) },
      },
      before: openState(before, entity, parts, keys),
      after: openState(after, entity, parts, keys),
    };
  });
}

/** Null where it was destroyed; absent where there never was one. */
type Keys = ReadonlyMap<string, Buffer | null>;

const keyOf = ({ personId, context, words }: Words): string => `${personId}\0${context}\0${words}`;
const contextOf = ({ personId, context }: Pick<Words, 'personId' | 'context'>): string => `${context} of ${personId}`;

function sealAll(
  actor: Actor,
  changes: readonly Recorded[],
  boxOf: (words: Words) => string,
): { name: string; forName: string | null; states: { before: State | null; after: State | null }[] } {
  const nameOf = (personId: string | null, words: string): string => {
    if (personId === null) return words;
    const box = boxOf({ personId, context: NAME, words });
    return box === '' ? ERASED.zh : `${SEALED_NAME}${box}`;
  };
  return {
    name: nameOf(actor.personId, actor.name),
    forName: actor.delegation ? nameOf(actor.delegation.personId, actor.delegation.name) : null,
    states: changes.map(({ entity, entityId, before, after }) => {
      const parts = partsOf(entity);
      const sealed = (state: State | null | undefined): State | null =>
        !state ? null : parts.reduce((rest, part) => sealPart(rest, part, entity, entityId, boxOf), state);
      return { before: sealed(before), after: sealed(after) };
    }),
  };
}

function sealPart(
  state: State,
  part: PersonalPart,
  entity: string,
  entityId: string,
  boxOf: (words: Words) => string,
): State {
  if (part.in === undefined) return sealFields(state, part, entity, entityId, boxOf);
  const list = state[part.in];
  if (!Array.isArray(list)) return state;
  return { ...state, [part.in]: list.map((one: State) => sealFields(one, part, entity, entityId, boxOf)) };
}

function sealFields(
  state: State,
  { of, fields }: PersonalPart,
  entity: string,
  entityId: string,
  boxOf: (words: Words) => string,
): State {
  const personId = of === 'entityId' ? entityId : state[of];
  const told = fields.filter((field) => state[field] !== null && state[field] !== undefined);
  // A destination that is nobody's has an address, too.
  if (typeof personId !== 'string' || told.length === 0) return state;
  const box = boxOf({ personId, context: entity, words: JSON.stringify(told.map((field) => state[field])) });
  const rest = Object.fromEntries(Object.entries(state).filter(([field]) => !told.includes(field)));
  if (box === '') return { ...rest, ...Object.fromEntries(told.map((field) => [field, ERASED.zh])) };
  const others = (state['personal'] as SealedPart[] | undefined) ?? [];
  return { ...rest, personal: [...others, { of: personId, fields: told, box }] };
}

const sealedIn = (state: State | null): SealedPart[] => {
  const personal = state?.['personal'];
  return Array.isArray(personal) ? (personal as SealedPart[]) : [];
};

/** The state itself, and the elements of its lists. */
function ownersIn(state: State | null, parts: readonly PersonalPart[]): string[] {
  if (state === null) return [];
  return parts.flatMap((part) => {
    const list = part.in === undefined ? [state] : state[part.in];
    return Array.isArray(list) ? list.flatMap((one: State) => sealedIn(one).map(({ of }) => of)) : [];
  });
}

function openState<S extends State | null>(state: S, entity: string, parts: readonly PersonalPart[], keys: Keys): S {
  if (state === null || parts.length === 0) return state;
  const opened = openFields(state, entity, keys);
  const lists = parts.flatMap((part) => (part.in === undefined ? [] : [part.in]));
  return lists.reduce<State>((rest, name) => {
    const list = rest[name];
    return Array.isArray(list) ? { ...rest, [name]: list.map((one: State) => openFields(one, entity, keys)) } : rest;
  }, opened) as S;
}

function openFields(state: State, entity: string, keys: Keys): State {
  const sealed = sealedIn(state);
  if (sealed.length === 0) return state;
  const rest = Object.fromEntries(Object.entries(state).filter(([field]) => field !== 'personal'));
  return Object.assign(
    rest,
    ...sealed.map(({ of, fields, box }) => {
      const words = wordsIn(box, of, entity, keys);
      const values = words.isOpen ? (JSON.parse(words.text) as unknown[]) : fields.map(() => words.text);
      return Object.fromEntries(fields.map((field, i) => [field, values[i]]));
    }),
  ) as State;
}

function nameIn(name: string, personId: string, keys: Keys): string {
  return name.startsWith(SEALED_NAME) ? wordsIn(name.slice(SEALED_NAME.length), personId, NAME, keys).text : name;
}

function wordsIn(box: string, personId: string, context: string, keys: Keys): { isOpen: boolean; text: string } {
  const key = keys.get(personId);
  if (key === null) return { isOpen: false, text: ERASED.zh };
  const text = key === undefined ? null : open(key, contextOf({ personId, context }), box);
  return text === null ? { isOpen: false, text: UNREADABLE.zh } : { isOpen: true, text };
}

interface PersonKey {
  personId: string;
  key: Buffer | null;
  isSettled: boolean;
}

const readKeys = (tx: EntityManager, personIds: readonly string[]): Promise<PersonKey[]> =>
  tx.query(`select person_id as "personId", key, is_settled as "isSettled" from person_keys($1::uuid[])`, [personIds]);

async function keysFor(tx: EntityManager, personIds: readonly string[]): Promise<Keys> {
  if (personIds.length === 0) return new Map();
  return new Map((await readKeys(tx, [...new Set(personIds)])).map(({ personId, key }) => [personId, key]));
}

/** Keys of all of them; who has none gets one. */
async function keysOfAll(tx: EntityManager, personIds: readonly string[]): Promise<Map<string, PersonKey>> {
  const known = await readKeys(tx, personIds);
  const keys = new Map(known.map((one) => [one.personId, one]));
  const without = personIds.filter((id) => !keys.has(id)).toSorted();
  if (without.length === 0) return keys;
  const rows = without.map((id) => ({ person_id: id, key: newPersonKey().toString('hex') }));
  const { from, parameters } = columnsOf(rows, { person_id: 'uuid', key: 'text' }, 1);
  await consequences(tx, () =>
    tx.query(
      `insert into person_key (person_id, key) select person_id, decode(key, 'hex') from ${from}
       on conflict (person_id) do nothing`,
      parameters,
    ),
  );
  for (const one of await readKeys(tx, without)) keys.set(one.personId, one);
  return keys;
}
