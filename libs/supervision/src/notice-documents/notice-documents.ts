import { consequences, isAnothers } from '@duban/database';
import { fillWordTemplate, wordToPdf } from '@duban/documents';
import { assertInMatter } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { forbidden, notFound } from '@duban/kernel';
import { CONFIG, type Config } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NoticeFacts } from './facts';
import { noticeValues } from './fields';
import { NoticeTemplates } from './notice-templates';
import type { NoticeLanguage } from './words';

/** In what official papers (公文) are written out: notices and bulletins. */
export const PAPER_FORMATS = ['docx', 'pdf'] as const;
export type PaperFormat = (typeof PAPER_FORMATS)[number];

/** All that a notice's document is made of. */
export interface NoticePaper {
  facts: NoticeFacts;
  language: NoticeLanguage;
  template: Uint8Array;
}

/** Supervision notices (督办单) as documents: what each said is recorded as it is issued, and written out from that. */
@Injectable()
export class NoticeDocuments {
  constructor(
    private readonly history: HistoryService,
    private readonly templates: NoticeTemplates,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_LANGUAGE'>,
  ) {}

  /** Of notices that were just issued, with their follow-ups; what was recorded before stays. */
  async record(tx: EntityManager, at: Date, noticeIds: readonly string[]): Promise<void> {
    if (noticeIds.length === 0) return;
    const version = await this.templates.inForce(tx, at);
    await tx.query(RECORD, [noticeIds, version, this.config.DUBAN_LANGUAGE, at]);
  }

  /**
   * What the document of a notice is made of, for whoever sees the notice. That somebody took it is an event.
   * @throws DomainError NOTICE.UNKNOWN, NOTICE.NOT_YOURS, DELEGATION.OUT_OF_MATTER
   */
  async take(tx: EntityManager, actor: Actor, at: Date, noticeId: string, format: PaperFormat): Promise<NoticePaper> {
    const { place, paper } = await this.read(tx, actor, at, noticeId);
    await this.history.append(tx, actor, at, [
      {
        type: 'notice_document.downloaded',
        entity: 'notice_document',
        entityId: noticeId,
        ...place,
        after: { number: paper.facts.number, format, templateVersion: paper.templateVersion },
      },
    ]);
    return paper;
  }

  /**
   * Papers of a plan's notices, a page at a time by their ids, for its archive. As the system: those too that are
   * restricted (限知事项).
   */
  async ofPlan(
    tx: EntityManager,
    at: Date,
    planId: string,
    { after, limit }: { after: string | null; limit: number },
  ): Promise<{ id: string; issuedAt: Date; paper: NoticePaper }[]> {
    const rows: { id: string; issuedAt: Date }[] = await tx.query(
      `select n.id, n.issued_at as "issuedAt"
       from supervision_notice n join obligation o on o.id = n.obligation_id join task t on t.id = o.task_id
       where t.plan_id = $1 and ($2::uuid is null or n.id > $2) order by n.id limit $3`,
      [planId, after, limit],
    );
    // Those of earlier versions of duban are recorded now.
    await this.record(
      tx,
      at,
      rows.map(({ id }) => id),
    );
    const papers = [];
    for (const row of rows) papers.push({ ...row, paper: (await this.recorded(tx, row.id))! });
    return papers;
  }

  /** The same for another template than the notice's own, of which nothing is recorded. @throws as {@link take} */
  async preview(tx: EntityManager, actor: Actor, at: Date, noticeId: string): Promise<Omit<NoticePaper, 'template'>> {
    const { paper } = await this.read(tx, actor, at, noticeId);
    return paper;
  }

  private async read(tx: EntityManager, actor: Actor, at: Date, noticeId: string) {
    const [place]: (Place & { parentId: string | null })[] = await tx.query(
      `select n.jurisdiction_id as "jurisdictionId", t.plan_id as "planId", t.id as "taskId", t.parent_id as "parentId"
       from supervision_notice n join obligation o on o.id = n.obligation_id join task t on t.id = o.task_id
       where n.id = $1`,
      [noticeId],
    );
    if (!place) {
      if (await isAnothers(tx, 'supervision_notice', noticeId)) {
        throw forbidden('NOTICE.NOT_YOURS', 'This notice is not among those that you see.');
      }
      throw notFound('NOTICE.UNKNOWN', 'There is no such supervision notice.', { noticeId });
    }
    const { parentId, ...rest } = place;
    assertInMatter(actor, { planId: rest.planId, taskId: rest.taskId, parentId });
    // One that was issued by an earlier version of duban is recorded now, and stays so.
    const paper =
      (await this.recorded(tx, noticeId)) ??
      (await consequences(tx, async () => {
        await this.record(tx, at, [noticeId]);
        return this.recorded(tx, noticeId);
      }));
    if (!paper) throw new Error(`the notice ${noticeId} could not be recorded`);
    return { place: rest, paper };
  }

  private async recorded(
    tx: EntityManager,
    noticeId: string,
  ): Promise<(NoticePaper & { templateVersion: number }) | undefined> {
    const [found]: (NoticePaper & { templateVersion: number })[] = await tx.query(
      `select d.facts, d.language, d.template_version as "templateVersion", p.content as template
       from notice_document d join notice_template p on p.version = d.template_version where d.notice_id = $1`,
      [noticeId],
    );
    return found;
  }
}

type Place = Record<'jurisdictionId' | 'planId' | 'taskId', string>;

/**
 * Writes the document of a notice: the same bytes each time as .docx.
 * @throws DomainError DOCUMENT.PDF_NEEDS_LIBREOFFICE, DOCUMENT.TOO_HARD, DOCUMENT.BUSY
 */
export async function writeNotice(
  { facts, language, template }: NoticePaper,
  format: PaperFormat,
): Promise<Uint8Array> {
  const docx = fillWordTemplate(template, noticeValues(facts, language));
  return format === 'docx' ? docx : wordToPdf(docx);
}

/** Names of who holds a post on the day of issue. */
const holdersOf = (post: string): string => `(
  select coalesce(jsonb_agg(pe.display_name order by h.from_on, pe.display_name), '[]')
  from post_holding h join person pe on pe.id = h.person_id
  where h.post_id = ${post} and h.from_on <= day.issued and (h.to_on is null or h.to_on > day.issued))`;

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const iso = (column: string): string => `to_char(${column} at time zone 'UTC', ${INSTANT})`;

const RECORD = `
  insert into notice_document (notice_id, template_version, language, facts, recorded_at)
  select n.id, $2, $3, jsonb_build_object(
      'number', n.number, 'colour', n.colour, 'issuedAt', ${iso('n.issued_at')}, 'answerDueOn', n.answer_due_on,
      'inNextBulletin', n.in_next_bulletin, 'jurisdiction', j.name, 'timeZone', j.time_zone,
      'issuer', issuer.official_name,
      'plan', jsonb_build_object('title', p.title, 'documentNumber', p.document_number),
      'task', jsonb_build_object('number', coalesce(t.number, parent.number), 'path', to_jsonb(t.path),
        'content', t.content, 'isMatter', exists (select from matter m where m.task_id in (t.id, t.parent_id))),
      'unit', jsonb_build_object('name', u.official_name, 'role', a.role),
      'duty', jsonb_build_object('kind', o.kind, 'subject', o.subject, 'dueOn', d.recorded_on,
        'effectiveOn', d.effective_on, 'rule', d.rule, 'base', d.base),
      'policy', jsonb_build_object('id', y.id, 'version', y.version, 'name', y.body->'name'),
      'recipients', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'as', case when post.kind in ('head', 'deputy', 'contact', 'handler') then post.kind
              when post.kind = 'office' then 'office' else 'leader_in_charge' end,
            'unitName', pu.official_name, 'title', post.title, 'holders', ${holdersOf('post.id')}, 'isCopy', f.is_copy)
          order by f.is_copy, pu.position, array_position('{head,deputy,contact,handler}', post.kind), post.id), '[]')
        from follow_up f join post on post.id = f.recipient_post_id left join unit pu on pu.id = post.unit_id
        where f.notice_id = n.id),
      'sent', (
        select coalesce(jsonb_agg(jsonb_build_object('kind', s.kind, 'colour', s.colour, 'at', ${iso('s.fired_at')},
          'number', s.number) order by s.planned_at, s.rung), '[]')
        from (
          select distinct on (f.rung) f.rung, f.kind, f.colour, f.fired_at, f.planned_at, before.number
          from follow_up f left join supervision_notice before on before.id = f.notice_id
          where f.obligation_id = n.obligation_id and f.deadline_version = n.deadline_version
            and f.notice_id is distinct from n.id and f.fired_at <= n.issued_at
            and f.planned_at < (select min(own.planned_at) from follow_up own where own.notice_id = n.id)
          order by f.rung, f.id) s),
      'signedBy', ${holdersOf(`(
        select post.id from post where post.kind = case when p.unit_id is null then 'office' else 'head' end
          and post.unit_id is not distinct from p.unit_id limit 1)`)},
      'checkpoint', (
        select jsonb_build_object('number', c.number, 'size', c.size, 'root', encode(c.root, 'base64'),
          'signedAt', ${iso('c.signed_at')})
        from history_checkpoint c order by c.number desc limit 1)),
    $4
  from supervision_notice n
    join obligation o on o.id = n.obligation_id
    join deadline_version d on d.obligation_id = o.id and d.version = n.deadline_version
    join assignment a on a.id = o.assignment_id
    join unit u on u.id = o.unit_id
    join task t on t.id = o.task_id
    left join task parent on parent.id = t.parent_id
    join plan p on p.id = t.plan_id
    join policy y on y.id = o.policy_id and y.version = o.policy_version
    left join unit issuer on issuer.id = p.unit_id
    join jurisdiction j on j.id = n.jurisdiction_id
    cross join lateral (select (n.issued_at at time zone j.time_zone)::date as issued) day
  where n.id = any($1::uuid[])
  on conflict (notice_id) do nothing`;
