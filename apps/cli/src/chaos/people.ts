import { Buffer } from 'node:buffer';
import type { Asked, Clients } from './answers';
import type { Random } from './random';

interface Part {
  id: string;
  unitId: string;
  role: string;
  state: string;
  version: number;
}
interface Task {
  id: string;
  targets: { id: string; value: number }[];
  assignments: Part[];
}
interface Obligation {
  id: string;
  assignmentId: string;
  kind: string;
  dueOn: string;
}
interface Application {
  id: string;
  version: number;
}
type Wanted = Pick<Asked, 'who' | 'path' | 'body' | 'deed' | 'about'>;

/** Of the answers that are good, so many are asked for again, as by somebody who did not see them. */
const REPEATED = 0.25;
/** Of the deeds that only one can do, so many are tried by several at once. */
const FOUGHT_OVER = 0.4;

/** Those who use duban in a year: departments that sign, report and apply, an office that judges. They act at random. */
export class People {
  private codes = new Map<string, string>();
  private tasks: string[] = [];

  constructor(
    private readonly clients: Clients,
    private readonly random: Random,
    private readonly planId: string,
  ) {}

  /** Learns which tasks there are, and whose. */
  async open(): Promise<void> {
    interface Drafted {
      id: string;
      subtasks: Drafted[];
      assignments: unknown[];
    }
    const withParts = (tasks: Drafted[]): Drafted[] => tasks.flatMap((task) => [task, ...withParts(task.subtasks)]);
    const plan = await this.clients.read<{ tasks: Drafted[] }>('office', `/plans/${this.planId}`);
    this.tasks = withParts(plan!.tasks).flatMap(({ id, assignments }) => (assignments.length > 0 ? [id] : []));
    const units = await this.clients.read<{ items: { id: string; code: string }[] }>('office', '/units?limit=200');
    this.codes = new Map(units!.items.map(({ id, code }) => [id, code]));
  }

  /** Somebody does something about some task. @param today `2026-03-09` */
  async turn(today: string): Promise<void> {
    if (this.random.happens(0.1)) return this.judgeApplication();
    const taskId = this.random.of(this.tasks)!;
    const task = await this.clients.read<Task>('office', `/tasks/${taskId}`);
    const part = task && this.random.of(task.assignments);
    if (!part) return;
    if (part.state === 'assigned') return this.sign(part);
    if (part.state === 'in_progress') return this.work(task, part, today);
    if (part.state === 'reported') return this.judge(task, part);
  }

  private async sign(part: Part): Promise<void> {
    await this.contend(this.random.happens(FOUGHT_OVER) ? 3 : 1, () =>
      this.move(part, this.contactOf(part), 'sign_for'),
    );
  }

  private async work(task: Task, part: Part, today: string): Promise<void> {
    const listed = await this.clients.read<{ items: Obligation[] }>(
      this.contactOf(part),
      `/obligations?taskId=${task.id}&state=open&limit=200`,
    );
    const soon = new Date(Date.parse(today) + 40 * 86_400_000).toISOString().slice(0, 10);
    const own = (listed?.items ?? []).filter(({ assignmentId }) => assignmentId === part.id);
    const reportable = own.filter(
      ({ kind, dueOn }) => ['action_plan', 'progress_report', 'milestone'].includes(kind) && dueOn <= soon,
    );
    const next = this.random.of(reportable);
    if (next && this.random.happens(0.85)) return this.report(part, next);
    const later = own.find(({ kind, dueOn }) => kind === 'completion' && dueOn > today);
    if (later && this.random.happens(0.15)) return this.apply(part, later);
    if (part.role !== 'lead' || today.slice(5) > '09-01' || this.random.happens(0.05)) await this.complete(task, part);
  }

  private async report(part: Part, { id }: Obligation): Promise<void> {
    const body = { obligationId: id, text: `进展：已按计划推进（${this.random.below(1000)}）。` };
    await this.contend(this.random.happens(FOUGHT_OVER) ? 2 : 1, () => ({
      who: this.contactOf(part),
      path: `/assignments/${part.id}/reports`,
      body,
      deed: 'report',
      about: id,
    }));
  }

  private async apply(part: Part, { id, dueOn }: Obligation): Promise<void> {
    const asked = new Date(Date.parse(dueOn) + 20 * 86_400_000).toISOString().slice(0, 10);
    const body = { kind: 'extension', obligationId: id, dueOn: asked, reason: '审批未完', progress: '已完成一半' };
    await this.contend(1, () => ({
      who: this.contactOf(part),
      path: `/assignments/${part.id}/applications`,
      body,
      deed: 'apply',
      about: id,
    }));
  }

  private async judgeApplication(): Promise<void> {
    const listed = await this.clients.read<{ items: Application[] }>(
      'office',
      '/applications?state=requested&limit=50',
    );
    const one = this.random.of(listed?.items ?? []);
    if (!one) return;
    const path = `/applications/${one.id}/transitions`;
    const deed = (who: string, event: 'approve' | 'deny'): Wanted => ({
      who,
      path,
      body: { event, expectedVersion: one.version, reason: '已研究' },
      deed: event,
      about: one.id,
    });
    const both = [deed('office', 'approve'), deed('officer', 'deny')];
    const some = this.random.happens(FOUGHT_OVER) ? both : [both[this.random.below(2)]!];
    await this.contend(some.length, (i) => some[i]!);
  }

  private async complete(task: Task, part: Part): Promise<void> {
    const who = this.contactOf(part);
    const files = this.random.happens(0.5) ? await this.upload(who) : [];
    const measurements = task.targets.map(({ id, value }) => ({ targetId: id, value }));
    const isLead = part.role === 'lead';
    await this.contend(this.random.happens(FOUGHT_OVER) && files.length === 0 ? 2 : 1, () =>
      this.move(part, who, 'complete', {
        text: '任务已完成。',
        evidence: [{ title: '办结报告', location: '档案 1 号' }, ...files],
        ...(isLead ? { measurements, goAheadReason: '其余单位的部分另行报送。', shortfallReason: '口径调整' } : {}),
      }),
    );
  }

  private async judge(task: Task, part: Part): Promise<void> {
    const lead = task.assignments.find(({ role }) => role === 'lead');
    if (part.role !== 'lead' && lead) {
      return this.contend(this.random.happens(FOUGHT_OVER) ? 2 : 1, () =>
        this.move(part, this.contactOf(lead), 'verify'),
      );
    }
    const verify = this.move(part, 'officer', 'verify');
    const giveBack = this.move(part, 'office', 'return', { reason: '佐证不足，请补充验收意见。' });
    const some = this.random.happens(FOUGHT_OVER)
      ? [verify, giveBack, verify]
      : [this.random.happens(0.7) ? verify : giveBack];
    await this.contend(some.length, (i) => some[i]!);
  }

  /** A file of evidence; where the store is full nobody gets one. */
  private async upload(who: string): Promise<{ title: string; fileId: string }[]> {
    const form = new FormData();
    const text = `办结报告\n${this.random.id()}\n${'完成情况良好。'.repeat(200)}`;
    form.append('file', new Blob([new Uint8Array(Buffer.from(text))]), '办结报告.txt');
    const given = await this.clients.ask(who, 'POST', '/evidence', form, { 'idempotency-key': this.random.id() });
    return given?.status === 201 ? [{ title: '报告', fileId: (given.body as { id: string }).id }] : [];
  }

  private move(part: Part, who: string, deed: string, more: object = {}): Wanted {
    const event = deed === 'complete' ? 'report' : deed;
    return {
      who,
      path: `/assignments/${part.id}/transitions`,
      body: { event, expectedVersion: part.version, ...more },
      deed,
      about: part.id,
    };
  }

  /** Several at once want what one can have; then some send again what they were answered already. */
  private async contend(count: number, wanted: (i: number) => Wanted): Promise<void> {
    const fight = count > 1 ? this.random.id() : null;
    const all = Array.from({ length: count }, (_, i) => ({ ...wanted(i), key: this.random.id(), fight }));
    for (const asked of await Promise.all(all.map((one) => this.clients.change(one)))) {
      if (asked.outcome === 'good' && this.random.happens(REPEATED)) await this.clients.repeat(asked);
    }
  }

  private contactOf({ unitId }: Part): string {
    return `${this.codes.get(unitId)}.contact`;
  }
}
