import { Transactor } from '@duban/database';
import { guardFormula } from '@duban/directory';
import { HistoryService, HistoryTree, type ListedCheckpoint, wordsOf } from '@duban/history';
import { NoticeDocuments } from '@duban/supervision';
import type { AssignmentSnapshot, TaskSnapshot } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import { unparse } from 'papaparse';

/** Events whose proofs are held in memory at a time. */
const PAGE = 200;
/** Papers of notices, each with its template, that are held in memory at a time. */
const PAPERS = 20;
const TIME_ZONE = 'Asia/Shanghai';

type Paper = Awaited<ReturnType<NoticeDocuments['ofPlan']>>[number];

/** What goes into the archive package of a plan, a page at a time: all of it, also what is restricted (限知事项). */
@Injectable()
export class PackageContent {
  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly tree: HistoryTree,
    private readonly documents: NoticeDocuments,
  ) {}

  /** Of which kind there are how many: what is long to write. */
  async count(planId: string): Promise<Record<'revisions' | 'notices' | 'evidence', number>> {
    const [counts]: Record<'revisions' | 'notices' | 'evidence', number>[] = await this.transactor.run((tx) =>
      tx.query(
        `select (select count(*)::int from plan_revision where plan_id = $1) as revisions,
           (select count(*)::int from supervision_notice n join obligation o on o.id = n.obligation_id
              join task t on t.id = o.task_id where t.plan_id = $1) as notices,
           (select count(*)::int from evidence_file f join report r on r.id = f.report_id
              join assignment a on a.id = r.assignment_id join task t on t.id = a.task_id
              where t.plan_id = $1) as evidence`,
        [planId],
      ),
    );
    return counts!;
  }

  revisions(planId: string): Promise<{ fileName: string; text: string; at: Date }[]> {
    return this.transactor.run((tx) =>
      tx.query(
        `select file_name as "fileName", source_text as text, created_at as at from plan_revision
         where plan_id = $1 order by created_at, id`,
        [planId],
      ),
    );
  }

  /** What each supervision notice (督办单) said when it was issued. */
  async *notices(planId: string): AsyncGenerator<string> {
    for (let after = ''; ;) {
      const rows: { number: string }[] = await this.transactor.run((tx) =>
        tx.query(
          `select n.number, n.id as "noticeId", n.colour, n.state, d.template_version as "templateVersion", d.language, d.facts
           from supervision_notice n join obligation o on o.id = n.obligation_id join task t on t.id = o.task_id
             left join notice_document d on d.notice_id = n.id
           where t.plan_id = $1 and n.id::text > $2 order by n.id::text limit $3`,
          [planId, after, PAGE],
        ),
      );
      for (const row of rows) yield `${JSON.stringify(row)}\n`;
      if (rows.length < PAGE) return;
      after = (rows.at(-1) as unknown as { noticeId: string }).noticeId;
    }
  }

  async *papers(planId: string, at: Date): AsyncGenerator<Paper> {
    for (let after: string | null = null; ;) {
      const from: string | null = after;
      const page: Paper[] = await this.transactor.run((tx) =>
        this.documents.ofPlan(tx, at, planId, { after: from, limit: PAPERS }),
      );
      yield* page;
      if (page.length < PAPERS) return;
      after = page.at(-1)!.id;
    }
  }

  async *evidence(planId: string): AsyncGenerator<EvidenceOfPlan> {
    for (let after = ''; ;) {
      const rows: EvidenceOfPlan[] = await this.transactor.run((tx) =>
        tx.query(
          `select f.id, f.name, f.media_type as "mediaType", f.sha256, f.uploaded_at as "uploadedAt", u.name as unit
           from evidence_file f join report r on r.id = f.report_id join assignment a on a.id = r.assignment_id
             join task t on t.id = a.task_id join unit u on u.id = f.unit_id
           where t.plan_id = $1 and f.id::text > $2 order by f.id::text limit $3`,
          [planId, after, PAGE],
        ),
      );
      yield* rows;
      if (rows.length < PAGE) return;
      after = rows.at(-1)!.id;
    }
  }

  async *tasks(planId: string, at: Date): AsyncGenerator<string> {
    const [tasks, parts] = await this.transactor.run(async (tx) => [
      await this.history.statesAt<TaskSnapshot>(tx, { planId }, 'task', at),
      await this.history.statesAt<AssignmentSnapshot>(tx, { planId }, 'assignment', at),
    ]);
    yield `\ufeff${line(['编号', '责任事项', '状态', '完成时限', '牵头单位', '责任单位', '配合单位', '标识'])}`;
    const unitsOf = (taskId: string, role: string): string =>
      parts
        .filter((part) => part.taskId === taskId && part.role === role)
        .map(({ unitName }) => unitName)
        .join('、');
    for (const { id, number, content, state, dueOn } of tasks.toSorted((one, other) => one.position - other.position)) {
      const units = ['lead', 'responsible', 'cooperating'].map((role) => unitsOf(id, role));
      yield line([number ?? '', content, state ?? '', dueOn ?? '', ...units, id]);
    }
  }

  /** For people: who did what, when, and why. */
  async *handling(planId: string, size: number): AsyncGenerator<string> {
    yield `\ufeff${line(['序号', '时间', '办理人', '岗位', '办理情况', 'In English', '原因'])}`;
    for await (const page of this.eventsOf(planId, size)) {
      const events = await this.transactor.run((tx) =>
        this.history.bySeq(
          tx,
          page.map(({ seq }) => seq),
        ),
      );
      const bySeq = new Map(events.map((event) => [event.seq, event]));
      for (const { seq, index } of page) {
        const event = bySeq.get(seq);
        if (!event) continue;
        const { zh, en } = wordsOf(event);
        const when = event.occurredAt.toLocaleString('sv-SE', { timeZone: TIME_ZONE });
        yield line([index, when, event.actor.name, event.actor.post, zh, en, event.reason ?? '']);
      }
    }
  }

  /** For the checks: each event with the way from its leaf to the root of the checkpoint. */
  async *proved(planId: string, { size, hash }: ListedCheckpoint, onRecord: () => void): AsyncGenerator<string> {
    for await (const page of this.eventsOf(planId, size)) {
      const proofs = await this.transactor.run(async (tx) => {
        const found = [];
        for (const { id } of page) found.push(await this.tree.inclusion(tx, id, { size, hash }));
        return found;
      });
      for (const { index, path, event } of proofs) {
        onRecord();
        yield `{"index":${index},"path":${JSON.stringify(path)},"event":${event}}\n`;
      }
    }
  }

  /** A plan's events in the order of the tree. */
  private async *eventsOf(planId: string, size: number): AsyncGenerator<{ seq: string; id: string; index: string }[]> {
    for (let after = '-1'; ;) {
      const rows: { seq: string; id: string; index: string }[] = await this.transactor.run((tx) =>
        tx.query(
          `select h.seq::text, h.id, l.index::text from history_event h join history_leaf l on l.seq = h.seq
           where h.plan_id = $1 and l.index > $2::bigint and l.index < $3::bigint order by l.index limit $4`,
          [planId, after, size, PAGE],
        ),
      );
      if (rows.length === 0) return;
      yield rows;
      after = rows.at(-1)!.index;
    }
  }
}

export interface EvidenceOfPlan {
  id: string;
  name: string;
  mediaType: string;
  sha256: string;
  uploadedAt: Date;
  unit: string;
}

const line = (cells: string[]): string => `${unparse([cells.map(guardFormula)])}\r\n`;
