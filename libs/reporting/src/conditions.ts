import { inMatterOf, type TaskColumns } from '@duban/directory';
import type { Actor } from '@duban/history';

/** A task `t` is no restricted matter (限知事项) of others. The database says the same of every row. */
export const NOT_RESTRICTED = `not (t.id = any((select hidden_tasks())::uuid[]))`;

/** The same of what belongs to a task, `x`, by its `task_id`. */
export const NOT_RESTRICTED_PART = `not (x.task_id = any((select hidden_tasks())::uuid[]))`;

/** What people call a task (事项): by its number, a share of one by that of the whole, and in its words. */
export const TASK_NAMED = `coalesce(t.number, parent.number) as "taskNumber", t.content as "taskContent"`;

/** A notice (督办单) `n` with which nothing is over yet. */
export const STANDS = `n.state in ('issued', 'acknowledged', 'answered')`;

/** Collects the conditions of a `where` with their parameters, numbered as they come. */
export class Conditions {
  private readonly parts: string[] = [];

  /** @param parameters of conditions that stand in the same statement */
  constructor(readonly parameters: unknown[] = []) {}

  /** `$?` in the text stands for each value, in order. Nothing is added where the first value is undefined. */
  add(text: string, ...values: unknown[]): this {
    if (values.length > 0 && values[0] === undefined) return this;
    let i = 0;
    this.parts.push(text.replaceAll('$?', () => this.parameter(values[i++])));
    return this;
  }

  /** Of a task, `t` or by its columns: that it is one of those for which the actor stands in (代行), where these are some. */
  addMatter({ delegation }: Actor, columns?: TaskColumns): this {
    const matter = delegation?.matter;
    return matter ? this.add(inMatterOf('$?', '$?', columns), matter.planIds, matter.taskIds, matter.taskIds) : this;
  }

  /** The placeholder of one more parameter, for use outside the `where`. */
  parameter(value: unknown): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  /** A statement that names some of the parameters, with those alone, as Postgres wants it. */
  statement(text: string): [text: string, parameters: unknown[]] {
    const named = [...new Set(text.match(/\$\d+/g))];
    return [
      text.replaceAll(/\$\d+/g, (name) => `$${named.indexOf(name) + 1}`),
      named.map((name) => this.parameters[Number(name.slice(1)) - 1]),
    ];
  }

  toString(): string {
    return this.parts.length === 0 ? 'true' : this.parts.map((part) => `(${part})`).join(' and ');
  }
}
