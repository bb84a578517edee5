import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, newId, notFound } from '@duban/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { lockDirectory } from './directory-lock';
import { isResolved } from './name-book';
import { cleanText, nameKey } from './names';
import { assertMay } from './rights';
import { SettledNameEntity } from './settled-name.entity';
import { UnitDirectory } from './unit-directory';

/** What a person says that a name means (名称认定): one unit, several, or a group. Exactly one of the fields is given. */
export interface NameMeaning {
  unitId?: string;
  unitIds?: readonly string[];
  groupId?: string;
}

const FIELDS = ['unitId', 'unitIds', 'groupId'] as const;

/** Takes down what names in documents mean where the directory is not certain; from then on it is. */
@Injectable()
export class NameSettler {
  constructor(
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(UnitDirectory) private readonly directory: UnitDirectory,
  ) {}

  /**
   * The name means this from now on, in every document of the jurisdiction. An earlier answer is replaced; what was issued
   * by it stays. Saying the same again changes nothing.
   *
   * @param planId of the plan in which the question came up
   * @throws DomainError invalid `NAME.ONE_MEANING` unless exactly one meaning is given, not_found `UNIT.UNKNOWN` or
   *   `UNIT.GROUP_UNKNOWN` with the field, conflict `NAME.TAKEN` where the directory itself calls somebody so; forbidden
   *   `RIGHTS.NOT_ALLOWED`
   */
  async settle(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    jurisdictionId: string,
    name: string,
    meaning: NameMeaning,
    planId: string,
  ): Promise<void> {
    assertMay(actor, 'plan.edit');
    // An import must not give the name to somebody else meanwhile.
    await lockDirectory(tx);
    const { book, units, groups } = await this.directory.open(tx, jurisdictionId);
    const { unitIds, groupId } = checkedMeaning(meaning, units, groups);
    const reading = book.read(name);
    if (book.isOwnName(name)) {
      const owners = isResolved(reading) ? units.filter(({ id }) => reading.unitIds.includes(id)) : [];
      throw conflict('NAME.TAKEN', `"${name}" is a name of the directory already. Change the directory instead.`, {
        field: 'name',
        units: owners.map((unit) => ({ id: unit.id, name: unit.name })),
      });
    }
    const key = nameKey(name);
    const known = await tx.findOneBy(SettledNameEntity, { jurisdictionId, key });
    if (known && known.groupId === groupId && known.unitIds.join() === unitIds.join()) return;
    const row = {
      id: known?.id ?? newId(),
      jurisdictionId,
      name: cleanText(name),
      key,
      unitIds,
      groupId,
      version: (known?.version ?? 0) + 1,
      settledAt: at,
    };
    if (known) await tx.update(SettledNameEntity, { id: known.id }, row);
    else await tx.insert(SettledNameEntity, row);
    const titles = new Map([...units, ...groups].map((one) => [one.id, one.name]));
    const stateOf = ({ id, name: words, unitIds: ids, groupId: group, version }: typeof row): object => ({
      id,
      name: words,
      units: ids.map((unit) => ({ id: unit, name: titles.get(unit) ?? '' })),
      group: group === null ? null : { id: group, name: titles.get(group) ?? '' },
      version,
    });
    await this.history.append(tx, actor, at, [
      {
        type: 'settled_name.settled',
        entity: 'settled_name',
        entityId: row.id,
        jurisdictionId,
        planId,
        before: known ? { ...stateOf(known) } : null,
        after: { ...stateOf(row) },
      },
    ]);
  }
}

function checkedMeaning(
  meaning: NameMeaning,
  units: readonly { id: string }[],
  groups: readonly { id: string }[],
): { unitIds: string[]; groupId: string | null } {
  const given = FIELDS.filter((field) => meaning[field] !== undefined);
  if (given.length !== 1 || meaning.unitIds?.length === 0) {
    throw invalid('NAME.ONE_MEANING', 'Say what the name means: give one of unitId, unitIds and groupId.', {
      field: given[1] ?? 'unitId',
    });
  }
  const { groupId } = meaning;
  if (groupId !== undefined) {
    if (groups.some(({ id }) => id === groupId)) return { unitIds: [], groupId };
    throw notFound('UNIT.GROUP_UNKNOWN', 'The directory has no such group.', { field: 'groupId', groupId });
  }
  const wanted = meaning.unitIds ?? [meaning.unitId!];
  wanted.forEach((unitId, i) => {
    const field = meaning.unitIds ? `unitIds[${i}]` : 'unitId';
    if (!units.some(({ id }) => id === unitId)) {
      throw notFound('UNIT.UNKNOWN', 'The directory has no such unit, or it is closed.', { field, unitId });
    }
    if (wanted.indexOf(unitId) < i) throw invalid('UNIT.TWICE', 'The unit is given twice.', { field, unitId });
  });
  return { unitIds: units.map(({ id }) => id).filter((id) => wanted.includes(id)), groupId: null };
}
