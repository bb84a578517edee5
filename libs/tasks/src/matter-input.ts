import { type MatterKind, matterKind, type Policy, SOURCE_FIELDS, type SourceField } from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { type Fault, invalid, type LocalDate, parseLocalDate } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { type Role, ROLES } from './assignment.entity';
import type { MatterSource } from './matter.entity';
import { faultOf, resolvedOf } from './plan-assignments';
import { refuseSecretWords, type TaskEdit } from './plan-draft';

/** Units by role, each by its code or a name. */
export type MatterUnits = Partial<Record<Role, string[]>>;

/** One part of a matter for units of its own. */
export interface MatterPart extends Pick<TaskEdit, 'leaders' | 'targets' | 'milestones'> {
  content: string;
  units: MatterUnits;
}

export interface MatterInput extends Pick<TaskEdit, 'leaders' | 'targets' | 'milestones'> {
  kind: MatterKind;
  /** By name or id, where there are several. */
  jurisdiction?: string;
  title?: string;
  content: string;
  units?: MatterUnits;
  parts?: MatterPart[];
  source?: MatterSource;
  petitioner?: PetitionerInput;
  /** `YYYY-MM-DD`; today where absent. */
  receivedOn?: string;
  level?: string;
  /** In place of the policy's date. */
  dueOn?: string;
  dueReason?: string;
  /** Tasks that the office has seen, and that this one is not. */
  confirmDuplicates?: string[];
}

export interface PetitionerInput {
  name: string;
  phone?: string;
}

/** What carries units: the matter, or each of its parts. */
export interface NamedUnits {
  units: MatterUnits;
  /** Where it stands in the request: `units`, `parts[1].units`. */
  field: string;
}

/** @throws DomainError MATTER.UNITS_OF_PARTS, MATTER.NO_UNIT with each place */
export function namedUnits({ units, parts }: Pick<MatterInput, 'units' | 'parts'>): NamedUnits[] {
  const isNamed = (one: MatterUnits | undefined): boolean => ROLES.some((role) => (one?.[role] ?? []).length > 0);
  if (parts && parts.length > 0 && isNamed(units)) {
    throw invalid('MATTER.UNITS_OF_PARTS', 'A matter in parts has its units there; leave "units" out.', {
      field: 'units',
    });
  }
  const named =
    parts && parts.length > 0
      ? parts.map((part, i) => ({ units: part.units, field: `parts[${i}].units` }))
      : [{ units: units ?? {}, field: 'units' }];
  const without = named.filter((one) => !isNamed(one.units));
  if (without.length === 0) return named;
  throw invalid('MATTER.NO_UNIT', 'Say which unit leads, or is responsible.', {
    field: without[0]!.field,
    faults: without.map(({ field }) => ({ code: 'MATTER.NO_UNIT', message: 'no unit is named', field })),
  });
}

/**
 * The names that stand for the units, codes among them, with whom they stand for.
 * @throws DomainError invalid `UNIT.UNKNOWN` with each name and whom it may mean
 */
export async function readMatterUnits(
  tx: EntityManager,
  directory: UnitDirectory,
  jurisdictionId: string,
  named: readonly NamedUnits[],
): Promise<{ units: MatterUnits[]; known: ReturnType<typeof resolvedOf> }> {
  const words = [...new Set(named.flatMap(({ units }) => ROLES.flatMap((role) => units[role] ?? [])))];
  const coded: { code: string; name: string }[] = await tx.query(
    `select code, name from unit where jurisdiction_id = $1 and code = any($2) and to_on is null
     union all select code, name from unit_group where jurisdiction_id = $1 and code = any($2)`,
    [jurisdictionId, words],
  );
  const nameOf = new Map(coded.map(({ code, name }) => [code, name]));
  const units = named.map((one): MatterUnits =>
    Object.fromEntries(
      ROLES.map((role) => [role, (one.units[role] ?? []).map((word) => nameOf.get(word.trim()) ?? word)]),
    ),
  );
  const names = [...new Set(units.flatMap((one) => ROLES.flatMap((role) => one[role] ?? [])))];
  const readings = await directory.readNames(tx, jurisdictionId, names);
  const faults = named.flatMap(({ field }, i) =>
    ROLES.flatMap((role) =>
      (units[i]![role] ?? []).flatMap((name, j) => {
        const fault = faultOf(name, readings.get(name));
        return fault ? [{ ...fault, field: `${field}.${role}[${j}]`, name }] : [];
      }),
    ),
  );
  if (faults.length === 0) return { units, known: resolvedOf(readings) };
  const uncertain = [...readings].flatMap(([name, reading]) =>
    'reason' in reading ? [{ name, candidates: reading.candidates }] : [],
  );
  const guesses = await directory.guess(tx, jurisdictionId, uncertain);
  throw invalid('UNIT.UNKNOWN', 'Some of the units are not certain; nothing was registered.', {
    field: faults[0]!.field,
    faults: faults.map(({ name, message, ...fault }): Fault => {
      const meant = (guesses.get(name) ?? []).map((guess) => guess.name);
      return { ...fault, message: meant.length > 0 ? `${message}; perhaps ${meant.join(', ')}` : message };
    }),
  });
}

/**
 * What is said of the source fits the kind.
 * @throws DomainError MATTER.SOURCE with each field that is missing, or that the kind has not; MATTER.NO_PETITIONER
 */
export function checkSource(kind: MatterKind, source: MatterSource, petitioner: PetitionerInput | null): void {
  const { required, optional, hasPetitioner } = matterKind(kind);
  const given = (field: SourceField): boolean => (source[field] ?? '') !== '';
  const fault = (field: SourceField, message: string): Fault => ({
    code: 'MATTER.SOURCE',
    message,
    field: `source.${field}`,
  });
  const faults = SOURCE_FIELDS.flatMap((field): Fault[] => {
    if (required.includes(field) && !given(field)) return [fault(field, `a matter of this kind names its ${field}`)];
    return given(field) && !required.includes(field) && !optional.includes(field)
      ? [fault(field, `a matter of this kind has no ${field}`)]
      : [];
  });
  if (faults.length > 0) {
    const known = { required, optional };
    throw invalid('MATTER.SOURCE', 'What is said of its source does not fit its kind.', {
      field: faults[0]!.field,
      faults,
      known,
    });
  }
  if (petitioner && !hasPetitioner) {
    throw invalid('MATTER.NO_PETITIONER', 'A matter of this kind has no petitioner.', { field: 'petitioner' });
  }
}

/** Nothing of it bears a mark of state secret (涉密). @throws DomainError PLAN.SECRET with the field */
export function refuseSecretMatter({ title, content, parts, source, dueReason }: Partial<MatterInput>): void {
  const words: [string | undefined, string][] = [
    [title, 'title'],
    [content, 'content'],
    [dueReason, 'dueReason'],
    ...(parts ?? []).map((part, i): [string, string] => [part.content, `parts[${i}].content`]),
    ...Object.entries(source ?? {}).map(([field, text]): [string, string] => [text, `source.${field}`]),
  ];
  for (const [text, field] of words) if (text !== undefined) refuseSecretWords(text, field);
}

/** The level as the policy knows it, its first where none is given. @throws DomainError MATTER.UNKNOWN_LEVEL */
export function levelIn({ levels = [] }: Policy, level: string | undefined): string | null {
  if (level === undefined) return levels[0]?.id ?? null;
  if (levels.some(({ id }) => id === level)) return level;
  throw invalid('MATTER.UNKNOWN_LEVEL', `Matters of this kind have no level "${level}".`, {
    field: 'level',
    known: levels.map(({ id }) => id),
  });
}

export interface MatterDays {
  today: LocalDate;
  receivedOn: LocalDate;
  dueOn: LocalDate | null;
}

/** @throws DomainError REQUEST.NO_SUCH_DATE, MATTER.RECEIVED_IN_FUTURE, MATTER.DUE_BEFORE_RECEIPT, MATTER.DUE_ALREADY */
export function checkDays({ today, receivedOn, dueOn }: MatterDays): void {
  if (receivedOn > today) {
    throw invalid('MATTER.RECEIVED_IN_FUTURE', `The day of receipt, ${receivedOn}, is after today, ${today}.`, {
      field: 'receivedOn',
    });
  }
  if (dueOn === null) return;
  if (dueOn < receivedOn) {
    throw invalid('MATTER.DUE_BEFORE_RECEIPT', `It cannot be due on ${dueOn}, before it came on ${receivedOn}.`, {
      field: 'dueOn',
    });
  }
  if (dueOn < today) throw dueAlready(dueOn, today);
}

/** A matter that would be late when it is handed out gets a date that can be met. */
export const dueAlready = (due: LocalDate, today: LocalDate): Error =>
  invalid('MATTER.DUE_ALREADY', `It was due on ${due}, before today, ${today}; set "dueOn" with "dueReason".`, {
    field: 'dueOn',
    due,
  });

export function dayIn(text: string, field: string): LocalDate {
  try {
    return parseLocalDate(text);
  } catch {
    throw invalid('REQUEST.NO_SUCH_DATE', `There is no date ${text}; write YYYY-MM-DD.`, { field });
  }
}

/** 张三 as 张*; the number of stars tells nothing of a long name. */
export const maskedName = (name: string): string => {
  const [first = '', ...others] = name.trim();
  return `${first}${'*'.repeat(Math.min(others.length, 2))}`;
};
