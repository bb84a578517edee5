import { type Actor, HistoryService } from '@duban/history';
import { type EntityManager, In } from 'typeorm';
import { taskSnapshot } from './snapshots';
import { Target } from './target.entity';
import { Task } from './task.entity';
import { targetsByTask, taskChange } from './plan-records';

/** Between two neighbours when room is made, so that the next ones find it. */
const SPACING = 64;

/** A task with its parts, which follow it. */
interface Block {
  id: string;
  parts: string[];
}

/**
 * Where the tasks of a plan stand (排序). Positions have gaps, so that a task that comes between two others seldom moves
 * the rest; whatever is moved is recorded. The plan is locked: nobody else moves anything.
 */
export class TaskPlaces {
  private constructor(
    private readonly history: HistoryService,
    private readonly tx: EntityManager,
    private readonly actor: Actor,
    private readonly at: Date,
    private blocks: Block[],
    private readonly positions: Map<string, number>,
  ) {}

  static async of(
    history: HistoryService,
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
  ): Promise<TaskPlaces> {
    const rows: { id: string; parentId: string | null; position: number }[] = await tx.query(
      `select id, parent_id as "parentId", position from task where plan_id = $1 order by position`,
      [planId],
    );
    const blocks = rows.filter((row) => row.parentId === null).map(({ id }): Block => ({ id, parts: [] }));
    const byId = new Map(blocks.map((block) => [block.id, block]));
    for (const { id, parentId } of rows) if (parentId !== null) byId.get(parentId)?.parts.push(id);
    const positions = new Map(rows.map(({ id, position }) => [id, position]));
    return new TaskPlaces(history, tx, actor, at, blocks, positions);
  }

  /** Whether it stands in the plan by itself, not as a part. */
  has(id: string): boolean {
    return this.blocks.some((block) => block.id === id);
  }

  /** Top tasks, in order. */
  get order(): string[] {
    return this.blocks.map(({ id }) => id);
  }

  /** Positions for a new task with so many parts, behind `forerunner`, or at the head. */
  async makeRoom(id: string, partIds: readonly string[], forerunner: string | null): Promise<Map<string, number>> {
    const at = forerunner === null ? 0 : this.blocks.findIndex((block) => block.id === forerunner) + 1;
    this.blocks.splice(at, 0, { id, parts: [...partIds] });
    return this.settle([id, ...partIds]);
  }

  /** The position of a new part, behind the other parts of its task. */
  async makeRoomForPart(id: string, parentId: string): Promise<number> {
    this.blockOf(parentId).parts.push(id);
    return (await this.settle([id])).get(id)!;
  }

  /** Moves a task with its parts behind `forerunner`, or to the head. */
  async move(id: string, forerunner: string | null): Promise<void> {
    const block = this.blockOf(id);
    const rest = this.blocks.filter((other) => other !== block);
    const at = forerunner === null ? 0 : rest.findIndex((other) => other.id === forerunner) + 1;
    rest.splice(at, 0, block);
    if (rest.every((other, i) => other === this.blocks[i])) return;
    this.blocks = rest;
    await this.settle([id, ...block.parts]);
  }

  /** Puts the parts of a task in an order; those that are not named go behind. */
  async arrangeParts(parentId: string, partIds: readonly string[]): Promise<void> {
    const block = this.blockOf(parentId);
    const parts = [...partIds, ...block.parts.filter((id) => !partIds.includes(id))];
    if (parts.every((id, i) => id === block.parts[i])) return;
    const moved = parts.filter((id, i) => id !== block.parts[i]);
    block.parts = parts;
    await this.settle(moved);
  }

  /** Puts top tasks in an order; those that are not named keep their places among them. */
  async arrange(taskIds: readonly string[]): Promise<void> {
    const named = new Set(taskIds);
    const byId = new Map(this.blocks.map((block) => [block.id, block]));
    const ordered = taskIds.flatMap((id) => byId.get(id) ?? []);
    const blocks = this.blocks.map((block) => (named.has(block.id) ? ordered.shift()! : block));
    if (blocks.every((block, i) => block === this.blocks[i])) return;
    this.blocks = blocks;
    await this.settle(blocks.flatMap(({ id, parts }) => [id, ...parts]));
  }

  /** What was taken out of a draft stands nowhere any more. */
  forget(id: string): void {
    this.blocks = this.blocks.filter((block) => block.id !== id);
    for (const block of this.blocks) block.parts = block.parts.filter((part) => part !== id);
    this.positions.delete(id);
  }

  private blockOf(id: string): Block {
    const block = this.blocks.find((one) => one.id === id);
    if (!block) throw new Error(`task ${id} does not stand in the plan`);
    return block;
  }

  /**
   * Gives positions to `ids`, neighbours or not: between those around them where there is room, else to all tasks anew.
   * @returns the positions of `ids`, of which those without a row are for the caller to write
   */
  private async settle(ids: readonly string[]): Promise<Map<string, number>> {
    const order = this.blocks.flatMap(({ id, parts }) => [id, ...parts]);
    const known = new Set(this.positions.keys());
    const moved = this.between(order, new Set(ids)) ?? new Map(order.map((id, i) => [id, (i + 1) * SPACING]));
    const changed = [...moved].filter(([id, position]) => this.positions.get(id) !== position);
    await this.write(changed.filter(([id]) => known.has(id)));
    for (const [id, position] of changed) this.positions.set(id, position);
    return new Map(ids.map((id) => [id, this.positions.get(id)!]));
  }

  /** Positions in the gaps that the others leave; null where a gap is too small. */
  private between(order: readonly string[], ids: ReadonlySet<string>): Map<string, number> | null {
    const found = new Map<string, number>();
    for (let from = 0; from < order.length;) {
      if (!ids.has(order[from]!)) {
        from++;
        continue;
      }
      let to = from;
      while (to < order.length && ids.has(order[to]!)) to++;
      const count = to - from;
      const low = from === 0 ? -1 : this.positions.get(order[from - 1]!)!;
      const high = to === order.length ? low + (count + 1) * SPACING : this.positions.get(order[to]!)!;
      const step = Math.floor((high - low) / (count + 1));
      if (step < 1) return null;
      for (let i = from; i < to; i++) found.set(order[i]!, low + (i - from + 1) * step);
      from = to;
    }
    return found;
  }

  private async write(changed: readonly [id: string, position: number][]): Promise<void> {
    if (changed.length === 0) return;
    const ids = changed.map(([id]) => id);
    // In their order: whole before part, as everybody locks them.
    const tasks = await this.tx.getRepository(Task).find({
      where: { id: In(ids) },
      order: { position: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    const targets = await this.tx.getRepository(Target).find({
      where: { taskId: In(ids) },
      order: { position: 'ASC' },
    });
    const targetsOf = targetsByTask(targets);
    // Not from one place to another at once: they would be in each other's way.
    await this.tx.query(`update task set position = -1 - position where id = any($1::uuid[])`, [ids]);
    await this.tx.query(
      `update task t set position = p.position
       from jsonb_to_recordset($1::jsonb) as p(id uuid, position int) where t.id = p.id`,
      [JSON.stringify(changed.map(([id, position]) => ({ id, position })))],
    );
    const to = new Map(changed);
    await this.history.append(
      this.tx,
      this.actor,
      this.at,
      tasks.map((task) => {
        const own = targetsOf.get(task.id) ?? [];
        const before = { ...taskSnapshot(task, own) };
        task.position = to.get(task.id)!;
        return taskChange('task.placed', task, own, before);
      }),
    );
  }
}
