import type { Asked } from './answers';
import { type Expected, expectedOf, type IsWorkday, type Owed } from './on-paper';
import type { Came } from './outside';

/** What is wrong, each with what it concerns. */
export interface Finding {
  kind: 'lost' | 'doubled' | 'two winners' | 'another answer' | 'history';
  what: string;
}

/** What lies in the tables, as read by statements of the checker's own. */
export interface Found {
  events: readonly { type: string; entityId: string; version: number | null; state: string | null }[];
  reports: readonly { id: string; kind: string; obligationId: string | null }[];
  applications: readonly { id: string }[];
  /** Files that reports refer to, whose bytes are not there or are others. */
  brokenFiles: readonly string[];
  obligations: readonly Owed[];
  followUps: readonly {
    obligationId: string;
    deadlineVersion: number;
    rung: string;
    collapsed: string[];
    post: string;
    postId: string;
  }[];
  /** Steps that are due and were not made when everything had settled. */
  dueStill: number;
  /** Follow-ups that are in no message and of which nothing says why. */
  unsaid: readonly string[];
  /** Messages that one person or destination was told more than once by a channel. */
  toldTwice: readonly string[];
  deliveries: readonly { id: string; channel: string; state: string }[];
}

/** What is known outside of duban. */
export interface Known {
  log: readonly Asked[];
  mails: readonly Came[];
  hooks: readonly Came[];
  isWorkday: IsWorkday;
  /** Where the clock stands at the end. */
  until: number;
  /** Spans over which it was made to jump. */
  jumps: readonly (readonly [number, number])[];
  /** Events in the exported bundle, as the verifier counts them, and in the table before and after the export. */
  history: { verified: number; before: number; after: number } | { fault: string };
}

/** The event of history that a deed on an assignment (责任分工) leaves. */
const EVENT_OF: Readonly<Record<string, string>> = {
  sign_for: 'assignment.signed_for',
  complete: 'assignment.reported',
  verify: 'assignment.verified',
  return: 'assignment.returned',
};

/** Holds what people were told, and what came in outside, against the tables and against paper. */
export function check(found: Found, known: Known): Finding[] {
  return [
    ...moved(found, known.log),
    ...handedIn(found, known.log),
    ...winners(known.log),
    ...sameAnswers(known.log),
    ...followedUp(found, known),
    ...said(found, known),
    ...proved(known.history),
    ...found.brokenFiles.map((id) => lost(`the bytes of evidence ${id}`)),
  ];
}

const lost = (what: string): Finding => ({ kind: 'lost', what });
const doubled = (what: string): Finding => ({ kind: 'doubled', what });

/** Each acknowledged move of an assignment is one event, and there are no more than were asked for. */
function moved({ events }: Found, log: readonly Asked[]): Finding[] {
  const findings: Finding[] = [];
  const told = tally(events, ({ entityId, type }) => `${type} ${entityId}`);
  const exact = tally(events, ({ entityId, type, version, state }) => `${type} ${entityId} ${version} ${state}`);
  const asked = groupBy(
    log.filter(({ deed }) => Object.hasOwn(EVENT_OF, deed)),
    ({ deed, about }) => `${EVENT_OF[deed]} ${about}`,
  );
  for (const [name, all] of asked) {
    const good = all.filter(({ outcome }) => outcome === 'good');
    const most = good.length + all.filter(({ outcome }) => outcome === 'unknown').length;
    const count = told.get(name) ?? 0;
    if (count < good.length) findings.push(lost(`${name}: ${good.length} were acknowledged, ${count} are recorded`));
    if (count > most) findings.push(doubled(`${name}: ${count} are recorded, ${most} at most were asked for`));
    for (const { answer, key } of good) {
      const { version, state } = answer as { version: number; state: string };
      const times = exact.get(`${name} ${version} ${state}`) ?? 0;
      if (times === 0) findings.push(lost(`${name}: version ${version} in ${state}, acknowledged to ${key}`));
    }
  }
  const versions = tally(
    events.filter(({ version, type }) => version !== null && type.startsWith('assignment.')),
    ({ entityId, version }) => `${entityId} version ${version}`,
  );
  for (const [name, times] of versions) if (times > 1) findings.push(doubled(`${name} was made ${times} times`));
  return findings;
}

/** Each acknowledged report and application is there, and of one period there is one report. */
function handedIn({ reports, applications, events }: Found, log: readonly Asked[]): Finding[] {
  const findings: Finding[] = [];
  const ids = new Set([...reports, ...applications].map(({ id }) => id));
  const told = new Set(events.map(({ type, entityId }) => `${type} ${entityId}`));
  for (const { deed, answer, outcome, key } of log) {
    if (outcome !== 'good' || (deed !== 'report' && deed !== 'apply')) continue;
    const { id } = answer as { id: string };
    if (!ids.has(id)) findings.push(lost(`${deed} ${id}, acknowledged to ${key}`));
    const event = deed === 'report' ? 'report.submitted' : 'application.made';
    if (!told.has(`${event} ${id}`)) findings.push(lost(`the record of ${deed} ${id}`));
  }
  const periods = tally(
    reports.filter(({ obligationId, kind }) => obligationId !== null && kind !== 'completion'),
    ({ obligationId }) => obligationId!,
  );
  for (const [id, times] of periods)
    if (times > 1) findings.push(doubled(`obligation ${id} was reported ${times} times`));
  for (const { answer, about, deed, outcome } of log) {
    if (outcome !== 'good' || (deed !== 'approve' && deed !== 'deny')) continue;
    const { state } = answer as { state: string };
    if (!told.has(`application.${state} ${about}`)) findings.push(lost(`the decision on application ${about}`));
  }
  return findings;
}

/** Of those who want what only one can have, one at most is told that they have it. */
function winners(log: readonly Asked[]): Finding[] {
  const fights = groupBy(
    log.filter(({ fight, outcome }) => fight !== null && outcome === 'good'),
    ({ fight }) => fight!,
  );
  return [...fights]
    .filter(([, all]) => all.length > 1)
    .map(([fight, all]) => ({
      kind: 'two winners' as const,
      what: `${fight}: ${all.map(({ who, deed, key }) => `${who} ${deed} (${key})`).join(', ')}`,
    }));
}

/** A key has one answer, however often it is sent. */
function sameAnswers(log: readonly Asked[]): Finding[] {
  return log.flatMap(({ key, deed, answer, outcome, again }) =>
    outcome === 'good' && again.some((one) => canonical(one) !== canonical(answer))
      ? [{ kind: 'another answer' as const, what: `${deed} with ${key}` }]
      : [],
  );
}

/** What paper says was sent, to each of those it names, once. */
function followedUp({ obligations, followUps, dueStill }: Found, known: Known): Finding[] {
  const findings: Finding[] = [];
  if (dueStill > 0) findings.push(lost(`${dueStill} steps are due and were never made`));
  const once = tally(followUps, (one) => `${one.obligationId} ${one.deadlineVersion} ${one.rung} ${one.postId}`);
  for (const [name, times] of once) if (times > 1) findings.push(doubled(`follow-up ${name} fired ${times} times`));
  const sent = new Set(followUps.map((one) => `${one.obligationId} ${one.rung} ${one.post}`));
  const collapsed = new Set(followUps.flatMap((one) => one.collapsed.map((rung) => `${one.obligationId} ${rung}`)));
  const expected: Expected[] = obligations.flatMap((owed) =>
    expectedOf(owed, known.isWorkday, known.until, known.jumps),
  );
  for (const { obligationId, rung, to, at } of expected) {
    if (collapsed.has(`${obligationId} ${rung}`)) continue;
    for (const post of to) {
      if (!sent.has(`${obligationId} ${rung} ${post}`)) {
        findings.push(
          lost(`follow-up ${rung} of ${obligationId} to the ${post}, due at ${new Date(at).toISOString()}`),
        );
      }
    }
  }
  return findings;
}

/** What counts as sent arrived, and what arrived twice is the same message by the same id. */
function said({ unsaid, toldTwice, deliveries }: Found, { mails, hooks }: Known): Finding[] {
  const findings = [
    ...unsaid.map((id) => lost(`the message of follow-up ${id}`)),
    ...toldTwice.map((id) => doubled(`the message ${id}`)),
  ];
  const came = { smtp: byId(mails), webhook: byId(hooks) };
  for (const { id, channel, state } of deliveries) {
    const of = came[channel as keyof typeof came];
    if (!of) continue;
    const isThere = of.has(id);
    if (['sent', 'delivered', 'read'].includes(state) && !isThere) findings.push(lost(`the ${channel} message ${id}`));
    if (['queued', 'sending', 'failed'].includes(state)) findings.push(lost(`the ${channel} message ${id}, ${state}`));
  }
  const known = new Set(deliveries.map(({ id }) => id));
  for (const [channel, all] of Object.entries(came)) {
    for (const [id, copies] of all) {
      if (!known.has(id)) findings.push(doubled(`a ${channel} message ${id} that duban does not know`));
      if (!areOne(copies)) findings.push(doubled(`the ${channel} message ${id} came as ${copies.length} others`));
    }
  }
  return findings;
}

function proved(history: Known['history']): Finding[] {
  if ('fault' in history) return [{ kind: 'history', what: history.fault }];
  const { verified, before, after } = history;
  return verified >= before && verified <= after
    ? []
    : [{ kind: 'history', what: `${verified} events are in the bundle, ${before} to ${after} in the table` }];
}

/** What is sent again goes to the same, and holds nothing new: what has been settled since is left out of it. */
function areOne(copies: readonly Came[]): boolean {
  return copies.slice(1).every((copy, i) => {
    const before = new Set(copies[i]!.holds);
    return copy.to === copies[i]!.to && copy.holds.every((one) => before.has(one));
  });
}

/** What came under each id, in order; a mail's is `delivery-<id>@<host>`. */
const byId = (came: readonly Came[]): Map<string, Came[]> =>
  groupBy(came, ({ id }) => /^delivery-([\da-f-]{36})@/.exec(id)?.[1] ?? id);

function groupBy<T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) found.set(nameOf(one), [...(found.get(nameOf(one)) ?? []), one]);
  return found;
}

const tally = <T>(all: readonly T[], nameOf: (one: T) => string): Map<string, number> => {
  const found = new Map<string, number>();
  for (const one of all) found.set(nameOf(one), (found.get(nameOf(one)) ?? 0) + 1);
  return found;
};

/** Alike whatever the order of the keys: an answer that was kept comes back from jsonb. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join()}}`;
}
