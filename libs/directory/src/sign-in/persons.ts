import { notFound } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { cleanCode, PRINTABLE } from '../names';
import { PersonEntity } from '../person.entity';

/** @throws DomainError not_found `PERSON.UNKNOWN` */
export async function findPerson(tx: EntityManager, by: { id: string } | { username: string }): Promise<PersonEntity> {
  const where = 'id' in by ? by : { username: cleanCode(by.username) };
  const isPossible = 'id' in where || PRINTABLE.test(where.username);
  const person = isPossible ? await tx.findOneBy(PersonEntity, where) : null;
  if (person === null) throw notFound('PERSON.UNKNOWN', 'There is no account of this name. Check its spelling.');
  return person;
}
