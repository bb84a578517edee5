import { compareDrafts, readBreakdown } from '@duban/breakdown';
import {
  PlanRevisionService,
  readPlanFile,
  RevisionDecisions,
  type RevisionItemView,
  type RevisionView,
  type TakenItem,
  type TakenItems,
} from '@duban/tasks';
import type { Office } from '../../supervision/test/office';
import { plannedTasks } from '../src/revision-draft';
import { Target } from '../src/target.entity';
import { Task } from '../src/task.entity';

type TakeInput = Parameters<RevisionDecisions['take']>[6];

/** A revision of one plan in the hands of the office. */
export class Revising {
  private constructor(
    private readonly office: Office,
    readonly planId: string,
    readonly id: string,
  ) {}

  static async of(office: Office, planId: string, text: string, username = 'officer'): Promise<Revising> {
    const read = await readPlanFile({ name: 'revised.txt', bytes: Buffer.from(text) });
    const id = await office.as(username, (tx, actor, at) =>
      office.get(PlanRevisionService).import(tx, actor, at, planId, read),
    );
    return new Revising(office, planId, id);
  }

  view(): Promise<RevisionView> {
    return this.office.as('officer', (tx, actor) => this.service.get(tx, actor, this.planId, this.id));
  }

  /** What the items say, in a word each: kinds, the number in the old or the new document, fields. */
  async said(): Promise<string[]> {
    const { items } = await this.view();
    return items.map(wordsOfItem);
  }

  /** The item of a kind whose task, old or new, has these words. */
  async item(kind: string, words: string): Promise<RevisionItemView> {
    const { items } = await this.view();
    const found = items.find(
      (item) =>
        item.kinds.includes(kind) && (item.task?.content.includes(words) || item.draft?.content.includes(words)),
    );
    if (!found) throw new Error(`no item "${kind}" about ${words} among ${items.map(wordsOfItem).join('; ')}`);
    return found;
  }

  async take(kind: string, words: string, input: TakeInput = {}, username = 'office'): Promise<TakenItem> {
    const { id } = await this.item(kind, words);
    return this.takeById(id, input, username);
  }

  takeById(itemId: string, input: TakeInput = {}, username = 'office'): Promise<TakenItem> {
    return this.office.as(username, (tx, actor, at) =>
      this.decisions.take(tx, actor, at, this.planId, this.id, itemId, input),
    );
  }

  takeAll(input: { itemIds?: string[]; reason?: string } = {}): Promise<TakenItems> {
    return this.office.as('office', (tx, actor, at) =>
      this.decisions.takeAll(tx, actor, at, this.planId, this.id, input),
    );
  }

  decline(itemId: string, reason: string): Promise<RevisionItemView> {
    return this.office.as('office', (tx, actor, at) =>
      this.decisions.decline(tx, actor, at, this.planId, this.id, itemId, reason),
    );
  }

  takeNumbers(): Promise<RevisionView> {
    return this.office.as('office', (tx, actor, at) => this.service.takeNumbers(tx, actor, at, this.planId, this.id));
  }

  close(reason?: string, username = 'office'): Promise<RevisionView> {
    return this.office.as(username, (tx, actor, at) => this.service.close(tx, actor, at, this.planId, this.id, reason));
  }

  /** How the plan, as it stands, still differs from a document; empty where it is the same, numbers and order too. */
  async remains(text: string): Promise<string[]> {
    return this.office.as('officer', async (tx) => {
      const tasks = await tx.getRepository(Task).findBy({ planId: this.planId });
      const targets = await tx.getRepository(Target).find();
      const standing = plannedTasks(
        tasks.filter(({ state }) => state !== 'cancelled'),
        targets,
      );
      const { tasks: drafts } = readBreakdown(text);
      const order = (list: readonly { number: string | null; path: string[] }[]) =>
        list.map(({ number, path }) => `${path.join('/')} ${number}`);
      return [
        ...compareDrafts(standing, drafts)
          .filter(({ kinds }) => !kinds.includes('same'))
          .map(({ kinds, before, after }) => `${kinds.join('+')} ${(before ?? after).content}`),
        ...(order(standing).join('\n') === order(drafts).join('\n') ? [] : [`order ${order(standing).join(', ')}`]),
      ];
    });
  }

  private get decisions(): RevisionDecisions {
    return this.office.get(RevisionDecisions);
  }

  private get service(): PlanRevisionService {
    return this.office.get(PlanRevisionService);
  }
}

const wordsOfItem = ({ kinds, task, draft, fields }: RevisionItemView): string =>
  [kinds.join('+'), `${task?.number ?? '-'}>${draft?.number ?? '-'}`, ...fields.map(({ field }) => field)].join(' ');
