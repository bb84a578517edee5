import { notFound } from '@duban/kernel';
import type { Actor } from '@duban/history';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The channel of Postgres (NOTIFY) on which it comes who has opened or closed which form. */
export const FORMS = 'duban_form';
/**
 * Whoever fills a form in says so again before this. It is said by what people do, and not by a timer, which would keep a
 * session alive that nobody uses: a form that is left alone is not being filled in.
 */
const STAYS_MS = 150_000;

/** A form of a task. */
export interface OpenForm {
  taskId: string;
  form: string;
}
export interface Person {
  personId: string;
  name: string;
}

/**
 * Who has which form of which task open just now, in whichever process they said so. Nothing of it is kept: a process that
 * has just begun hears it as it is said again.
 */
@Injectable()
export class Presence {
  /** By the form, until when each of those who have it open is taken to. */
  private readonly forms = new Map<string, Map<string, number>>();
  private pruned = 0;

  /**
   * Says to all processes, with the commit, that the actor has the form open, or has it no more.
   * @returns who else has it open, by name
   * @throws DomainError not_found TASK.UNKNOWN, of a task that the actor does not see, too
   */
  async say(tx: EntityManager, actor: Actor, of: OpenForm, isOpen: boolean): Promise<Person[]> {
    const { taskId } = of;
    const [seen]: unknown[] = await tx.query(`select from task where id = $1`, [taskId]);
    if (!seen) throw notFound('TASK.UNKNOWN', 'There is no such task, or it is not yours to see.', { taskId });
    const said = [of.taskId, of.form, actor.personId, isOpen ? 'open' : 'closed'].join(' ');
    await tx.query(`select pg_notify($1, $2)`, [FORMS, said]);
    return this.others(tx, of, actor.personId!);
  }

  /** Who has the form open besides somebody, by name. */
  async others(tx: EntityManager, of: OpenForm, besides: string): Promise<Person[]> {
    const others = this.present(of).filter((id) => id !== besides);
    if (others.length === 0) return [];
    return tx.query(
      `select id as "personId", display_name as name from person where id = any($1) order by display_name, id`,
      [others],
    );
  }

  /** Takes up what a process has said. @returns whom it is news to: who else has the form open */
  hear(said: string): { of: OpenForm; personIds: string[] } | null {
    const [taskId, form, personId, state] = said.split(' ');
    if (!taskId || !form || !personId) return null;
    this.prune();
    const of = { taskId, form };
    const key = keyOf(of);
    const people = this.forms.get(key) ?? new Map<string, number>();
    const was = this.present(of).includes(personId);
    const isOpen = state === 'open';
    if (isOpen) people.set(personId, performance.now() + STAYS_MS);
    else people.delete(personId);
    if (people.size > 0) this.forms.set(key, people);
    else this.forms.delete(key);
    return was === isOpen ? null : { of, personIds: this.present(of).filter((id) => id !== personId) };
  }

  private present(of: OpenForm): string[] {
    const now = performance.now();
    return [...(this.forms.get(keyOf(of)) ?? [])].flatMap(([personId, until]) => (until > now ? [personId] : []));
  }

  /** Now and then, of those who went away without a word. */
  private prune(): void {
    const now = performance.now();
    if (now - this.pruned < STAYS_MS) return;
    this.pruned = now;
    for (const [key, people] of this.forms) {
      for (const [personId, until] of people) if (until <= now) people.delete(personId);
      if (people.size === 0) this.forms.delete(key);
    }
  }
}

const keyOf = ({ taskId, form }: OpenForm): string => `${taskId} ${form}`;
