import { HistoryService } from '@duban/history';
import { SecretBox, UnitDirectory } from '@duban/directory';
import { type MessagePreference, type MessageRules, NO_PREFERENCE, PRESET_MESSAGE_RULES } from '@duban/domain';
import { CHINA_HOLIDAYS, createWorkingCalendar, newId, SteppedClock } from '@duban/kernel';
import type { TestDatabase } from '@duban/testing';
import { BounceRecorder } from '../src/bounces/bounce.recorder';
import { SuppressedAddresses } from '../src/bounces/suppressed-addresses';
import type { Channel, DestinationChannel } from '../src/channels/channel';
import { ChannelSet } from '../src/channels/channel-set';
import { InboxChannel } from '../src/channels/inbox.channel';
import { DestinationService } from '../src/destinations/destination.service';
import { DeliveryReader } from '../src/delivery.reader';
import { DeliveryService } from '../src/delivery.service';
import { DigestWriter } from '../src/composing/digest.writer';
import { Recipients } from '../src/composing/recipients';
import { DigestService } from '../src/digest.service';
import { ReceiptRecorder } from '../src/receipts/receipt.recorder';
import { MessageTemplates } from '../src/message-templates.service';
import { zh } from '../src/templates/zh';

/** A Tuesday in working hours, 09:00 in Shanghai. */
export const MORNING = new Date('2026-04-21T01:00:00Z');

export const minutes = (from: Date, n: number): Date => new Date(from.getTime() + n * 60_000);

/** Parameters of an urge, as supervision writes them. */
export const urge = {
  followUpKind: 'urge',
  colour: null,
  rung: 'urge',
  obligationKind: 'progress_report',
  subject: '2026Q1',
  dueOn: '2026-04-20',
  unitName: '市住建局',
  taskNumber: '12',
  taskContent: '改造老旧小区260个',
  noticeNumber: null,
  answerDueOn: null,
  isCopy: false,
  collapsed: [],
};

/** Of a term whose holder has been told of what was open when it began. */
const TOLD = { handed_over_at: MORNING };

export interface Row {
  [column: string]: unknown;
}

/** One jurisdiction with a plan and a task, to which each spec adds the people and matters that it needs. */
export class World {
  readonly clock = new SteppedClock(MORNING);
  readonly calendar = createWorkingCalendar(CHINA_HOLIDAYS);
  readonly reader = new DeliveryReader(new HistoryService());
  readonly jurisdictionId = newId();
  readonly taskId = newId();
  readonly planId = newId();
  private position = 0;
  /** Those to destinations. */
  readonly toDestinations: DestinationChannel[] = [];

  constructor(private readonly database: TestDatabase) {}

  async begin(): Promise<this> {
    await this.insert('jurisdiction', {
      id: this.jurisdictionId,
      name: `市政府 ${this.jurisdictionId}`,
      time_zone: 'Asia/Shanghai',
      created_at: MORNING,
    });
    await this.query(`insert into policy (id, version, body) values ('annual-report', 1, '{}') on conflict do nothing`);
    await this.insert('plan', {
      id: this.planId,
      jurisdiction_id: this.jurisdictionId,
      title: '责任分解方案',
      state: 'draft',
      file_name: 'plan.txt',
      source_text: '',
      left_out: '[]',
      warnings: '[]',
      version: 1,
      created_at: MORNING,
    });
    await this.insert('task', {
      id: this.taskId,
      jurisdiction_id: this.jurisdictionId,
      plan_id: this.planId,
      number: '12',
      position: 1,
      path: [],
      content: '改造老旧小区260个',
      drafted_units: '[]',
      leaders: [],
      is_lead_inferred: false,
      milestones: '[]',
      source_start: 0,
      source_end: 1,
      version: 1,
      created_at: MORNING,
    });
    return this;
  }

  digests(...channels: Channel[]): DigestService {
    const history = new HistoryService();
    return new DigestService(
      new Recipients(this.directory()),
      new DigestWriter(this.channelSet(channels), history),
      this.channelSet(channels),
      this.calendar,
      new MessageTemplates(history, zh),
      history,
    );
  }

  deliveries(...channels: Channel[]): DeliveryService {
    return new DeliveryService(
      this.database.transactor,
      this.channelSet(channels),
      this.clock,
      this.calendar,
      zh,
      { DUBAN_URL: 'https://duban.linlan.example' },
      new HistoryService(),
      new BounceRecorder(new HistoryService()),
      this.destinations(),
      this.receipts(),
      new MessageTemplates(new HistoryService(), zh),
    );
  }

  receipts(): ReceiptRecorder {
    return new ReceiptRecorder(new HistoryService(), new BounceRecorder(new HistoryService()));
  }

  destinations(): DestinationService {
    const config = { DUBAN_SECRET: 'a secret of thirty-two characters' };
    return new DestinationService(this.channelSet([]), new SecretBox(config), new HistoryService(), config);
  }

  /** The office's rules of messages, as preset but for what is given. */
  async rules(given: Partial<MessageRules>): Promise<void> {
    await this.query(
      `insert into message_rules (version, body, person_id, put_at)
       select (select coalesce(max(version), 0) + 1 from message_rules), $1, (select id from person limit 1), $2`,
      [JSON.stringify({ ...PRESET_MESSAGE_RULES, ...given }), this.clock.now()],
    );
  }

  /** What somebody chooses. */
  async prefer(personId: string, given: Partial<MessagePreference>): Promise<void> {
    await this.query(
      `insert into message_preference (person_id, version, body, put_at)
       select $1, (select coalesce(max(version), 0) + 1 from message_preference where person_id = $1), $2, $3`,
      [personId, JSON.stringify({ ...NO_PREFERENCE, ...given }), this.clock.now()],
    );
  }

  addresses(): SuppressedAddresses {
    return new SuppressedAddresses(new HistoryService());
  }

  compose(digests: DigestService): ReturnType<DigestService['compose']> {
    return this.database.transactor.run((tx) => digests.compose(tx, this.clock.now()));
  }

  async unit(): Promise<{ unitId: string; contact: string; head: string }> {
    const unitId = newId();
    await this.insert('unit', {
      id: unitId,
      jurisdiction_id: this.jurisdictionId,
      code: `u${unitId}`,
      name: `单位 ${unitId}`,
      official_name: `单位 ${unitId}`,
      kind: 'department',
      position: ++this.position,
      from_on: '2026-01-01',
      created_at: MORNING,
    });
    const [contact, head] = [newId(), newId()];
    await this.insert('post', { id: contact, kind: 'contact', unit_id: unitId });
    await this.insert('post', { id: head, kind: 'head', unit_id: unitId });
    return { unitId, contact, head };
  }

  /** A person who holds the posts. */
  async person(postIds: readonly string[], given: Row = {}): Promise<string> {
    const id = newId();
    await this.insert('person', {
      id,
      username: `p-${id}`,
      display_name: '李敏',
      email: `p-${id}@city.example`,
      created_at: MORNING,
      ...given,
    });
    for (const post_id of postIds) {
      await this.insert('post_holding', { id: newId(), post_id, person_id: id, from_on: '2026-01-01', ...TOLD });
    }
    return id;
  }

  /** Somebody stands in for the holder of a post, in all matters or in some. */
  async delegation(postId: string, personId: string, delegateId: string, given: Row = {}): Promise<string> {
    const id = newId();
    await this.insert('delegation', {
      id,
      post_id: postId,
      person_id: personId,
      delegate_id: delegateId,
      from_on: '2026-04-21',
      until_on: '2026-04-30',
      plan_ids: [],
      task_ids: [],
      reason: '休假',
      state: 'standing',
      made_by: personId,
      made_at: MORNING,
      version: 1,
      ...given,
    });
    return id;
  }

  async obligation(unitId: string): Promise<string> {
    const [assignment_id, id] = [newId(), newId()];
    const common = { jurisdiction_id: this.jurisdictionId, task_id: this.taskId, unit_id: unitId, version: 1 };
    await this.insert('assignment', {
      id: assignment_id,
      ...common,
      role: 'lead',
      is_lead_inferred: false,
      state: 'in_progress',
      created_at: MORNING,
      assigned_at: MORNING,
    });
    await this.insert('obligation', {
      id,
      ...common,
      assignment_id,
      kind: 'progress_report',
      subject: '2026Q1',
      state: 'open',
      policy_id: 'annual-report',
      policy_version: 1,
      ladder: 'three-colour',
      deadline_version: 1,
      due_on: '2026-04-20',
      effective_on: '2026-04-20',
      due_at: MORNING,
      created_at: MORNING,
    });
    return id;
  }

  /** A follow-up for a post, with the notification that it wants. */
  async followUp(obligationId: string, postId: string, given: Row = {}, columns: Row = {}): Promise<string> {
    const parameters = { ...urge, ...given };
    const followUpId = newId();
    await this.insert('follow_up', {
      id: followUpId,
      obligation_id: obligationId,
      deadline_version: 1,
      rung: parameters.rung,
      kind: parameters.followUpKind,
      recipient_post_id: postId,
      is_copy: parameters.isCopy,
      planned_at: MORNING,
      fired_at: MORNING,
      collapsed: [],
    });
    return this.notification('follow_up', postId, parameters, {
      obligation_id: obligationId,
      follow_up_id: followUpId,
      ...columns,
    });
  }

  async notification(kind: string, postId: string, parameters: Row, columns: Row = {}): Promise<string> {
    const id = newId();
    await this.insert('notification', {
      id,
      jurisdiction_id: this.jurisdictionId,
      post_id: postId,
      kind,
      task_id: this.taskId,
      parameters: JSON.stringify(parameters),
      wanted_at: this.clock.now(),
      send_from: this.clock.now(),
      ...columns,
    });
    return id;
  }

  async query<T = Row>(statement: string, parameters: unknown[] = []): Promise<T[]> {
    return this.database.source.query(statement, parameters);
  }

  async delivery(id: string): Promise<Row> {
    const [row] = await this.query(`select * from delivery where id = $1`, [id]);
    return row!;
  }

  private channelSet(channels: readonly Channel[]): ChannelSet {
    const byKind = <C extends { kind: string }>(all: readonly C[]): Map<string, C> =>
      new Map(all.map((channel) => [channel.kind, channel]));
    return new ChannelSet(byKind<Channel>([new InboxChannel(), ...channels]), byKind(this.toDestinations));
  }

  private directory(): UnitDirectory {
    return new UnitDirectory(this.clock);
  }

  private async insert(table: string, row: Row): Promise<void> {
    const columns = Object.keys(row);
    await this.query(
      `insert into ${table} (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(row),
    );
  }
}
