import { assertMay } from '@duban/directory';
import { FOLLOW_UP_KINDS } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, localDateOf, newId, notFound } from '@duban/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { LANGUAGES } from './templates';
import { lineFor } from './templates/line';
import { subjectOf } from './templates/digest';
import {
  type LineSort,
  MESSAGES,
  type Messages,
  type TemplateAbout,
  TEMPLATES_ABOUT,
  wordsAbout,
} from './templates/messages';
import {
  fieldsOf,
  type TemplateFault,
  type TemplateField,
  templateFaults,
  withOwnNames,
} from './templates/template-fields';

/** Words of a message in both languages, with fields in braces. */
export interface TemplateWords {
  /** The kind of message: a follow-up's own kind, else that of the notification. */
  about: TemplateAbout;
  zh: string;
  en: string;
}

export interface MessageTemplate {
  about: TemplateAbout;
  /** Null where they are withdrawn: duban's own hold, and no step may name them. */
  zh: string | null;
  en: string | null;
  /** That of a kind of message: these words stand in place of duban's own. Any other is for steps of rules to name. */
  name: string;
  version: number;
  /** `zh` and `en` are null where the words were withdrawn. */
  versions: { version: number; zh: string | null; en: string | null; putBy: string; putAt: Date }[];
}

/** A kind of message with duban's own words of it. */
export interface TemplateKind extends TemplateWords {
  fields: readonly TemplateField[];
}

/** A real message in the words that are tried. */
export interface TemplatePreview {
  notificationId: string;
  wantedAt: Date;
  zh: string;
  en: string;
}

/** Real messages that a preview shows. */
const SHOWN = 5;

/**
 * The words of messages (消息模板): an office may put its own, in both languages, in place of duban's for a kind of
 * message, or under a name that steps of its rules take. Versions are recorded once; what is composed takes the newest.
 */
@Injectable()
export class MessageTemplates {
  constructor(
    private readonly history: HistoryService,
    @Inject(MESSAGES) private readonly messages: Messages,
  ) {}

  async list(tx: EntityManager): Promise<MessageTemplate[]> {
    const rows: (Omit<MessageTemplate, 'versions'> & { putBy: string; putAt: Date })[] = await tx.query(
      `select t.name, t.version, t.about, t.zh, t.en, p.display_name as "putBy", t.put_at as "putAt"
       from message_template t join person p on p.id = t.person_id order by t.name, t.version desc`,
    );
    const templates = new Map<string, MessageTemplate>();
    for (const { name, version, about, zh, en, putBy, putAt } of rows) {
      const template = templates.get(name) ?? { name, version, about, zh, en, versions: [] };
      template.versions.push({ version, zh, en, putBy, putAt });
      templates.set(name, template);
    }
    return [...templates.values()];
  }

  /** What templates may be about, and the fields that each may name. */
  kinds(): TemplateKind[] {
    const { zh, en } = LANGUAGES;
    return TEMPLATES_ABOUT.map((about) => ({
      about,
      zh: wordsAbout(about, zh),
      en: wordsAbout(about, en),
      fields: fieldsOf(about),
    }));
  }

  /**
   * Holds from the next digest on.
   * @throws DomainError RIGHTS.NOT_ALLOWED, conflict MESSAGE_TEMPLATE.STALE, invalid MESSAGE_TEMPLATE.* with the field
   */
  async put(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { name, expectedVersion, ...words }: TemplateWords & { name: string; expectedVersion: number },
  ): Promise<MessageTemplate> {
    assertMay(actor, 'message.rules');
    const { about } = words;
    refuse([...nameFaults(name, about), ...wordFaults(words)]);
    const before = await this.held(tx, name, expectedVersion);
    if (before && before.about !== about) {
      throw invalid('MESSAGE_TEMPLATE.OTHER_KIND', `The words called "${name}" are about "${before.about}".`, {
        field: 'about',
      });
    }
    return this.addVersion(tx, actor, at, name, before, words);
  }

  /**
   * Takes the office's words back, as the next version: from the next digest on duban's own hold, also for steps that name
   * them.
   * @throws DomainError RIGHTS.NOT_ALLOWED, notFound MESSAGE_TEMPLATE.UNKNOWN, conflict MESSAGE_TEMPLATE.STALE or
   *   MESSAGE_TEMPLATE.WITHDRAWN
   */
  async withdraw(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    name: string,
    expectedVersion: number,
  ): Promise<MessageTemplate> {
    assertMay(actor, 'message.rules');
    const before = await this.held(tx, name, expectedVersion);
    if (before === null) throw notFound('MESSAGE_TEMPLATE.UNKNOWN', 'There are no words of this name.', { name });
    if (before.zh === null) throw conflict('MESSAGE_TEMPLATE.WITHDRAWN', 'They are withdrawn already.', { name });
    return this.addVersion(tx, actor, at, name, before, { about: before.about, zh: null, en: null });
  }

  /** The words of a name, locked until the transaction ends. @throws DomainError MESSAGE_TEMPLATE.STALE */
  private async held(tx: EntityManager, name: string, expectedVersion: number): Promise<MessageTemplate | null> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('message_template ' || $1, 0))`, [name]);
    const before = (await this.list(tx)).find((one) => one.name === name) ?? null;
    if ((before?.version ?? 0) !== expectedVersion) {
      throw conflict('MESSAGE_TEMPLATE.STALE', 'Somebody has put other words since you read them. Read them again.', {
        version: before?.version ?? 0,
      });
    }
    return before;
  }

  private async addVersion(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    name: string,
    before: MessageTemplate | null,
    { about, zh, en }: Pick<MessageTemplate, 'about' | 'zh' | 'en'>,
  ): Promise<MessageTemplate> {
    const id = newId();
    const version = (before?.version ?? 0) + 1;
    await tx.query(
      `insert into message_template (id, name, version, about, zh, en, person_id, post_id, put_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, name, version, about, zh, en, actor.personId, actor.postId, at],
    );
    await this.history.append(tx, actor, at, [
      {
        type: zh === null ? 'message_template.withdrawn' : 'message_template.put',
        entity: 'message_template',
        entityId: id,
        before: before && { name, about, version: before.version, zh: before.zh, en: before.en },
        after: { name, about, version, zh, en },
      },
    ]);
    return (await this.list(tx)).find((one) => one.name === name)!;
  }

  /**
   * The last messages of a kind that the actor sees, as these words would have said them; nothing is kept.
   * @throws DomainError RIGHTS.NOT_ALLOWED, invalid MESSAGE_TEMPLATE.* with the field
   */
  async preview(tx: EntityManager, actor: Actor, words: TemplateWords): Promise<TemplatePreview[]> {
    assertMay(actor, 'message.rules');
    refuse(wordFaults(words));
    const { about } = words;
    if (about === 'subject') return previewSubject(tx, words);
    const rows: { id: string; kind: string; parameters: object; wantedAt: Date; timeZone: string }[] = await tx.query(
      `select n.id, n.kind, n.parameters, n.wanted_at as "wantedAt", j.time_zone as "timeZone"
       from notification n join jurisdiction j on j.id = n.jurisdiction_id
       where n.kind = $1 and ($2::text is null or n.parameters->>'followUpKind' = $2)
       order by n.wanted_at desc, n.id desc limit ${SHOWN}`,
      isFollowUp(about) ? ['follow_up', about] : [about, null],
    );
    return rows.map(({ id, kind, parameters, wantedAt, timeZone }) => {
      const day = localDateOf(wantedAt, timeZone);
      // A step may have named other words: it is these that are tried.
      const of = { ...parameters, template: null };
      const say = (language: 'zh' | 'en'): string => lineFor(kind, of, inPlace(LANGUAGES[language], words), day).text;
      return { notificationId: id, wantedAt, zh: say('zh'), en: say('en') };
    });
  }

  /** The installation's messages with the words that the office has put. */
  async inForce(tx: EntityManager): Promise<Messages> {
    const { messages } = this;
    const rows: (TemplateWords & { name: string })[] = await tx.query(
      `select * from (select distinct on (name) name, about, zh, en from message_template order by name, version desc) t
       where zh is not null`,
    );
    // Fields may have gone since it was put: duban's own words say it then.
    const usable = rows.filter((row) => isAbout(row.about) && wordFaults(row).length === 0);
    const named: Messages['named'] = Object.fromEntries(
      usable.filter(isOfLines).map(({ name, ...words }) => {
        return [name, { about: words.about, text: withOwnNames(words.about, words[messages.language]) }];
      }),
    );
    let inForce: Messages = { ...messages, named };
    for (const { name, ...words } of usable) if (isAbout(name)) inForce = inPlace(inForce, words);
    return inForce;
  }
}

const isAbout = (name: string): name is TemplateAbout => (TEMPLATES_ABOUT as readonly string[]).includes(name);
const isOfLines = <T extends { about: TemplateAbout }>(words: T): words is T & { about: LineSort } =>
  words.about !== 'subject';
const isFollowUp = (about: TemplateAbout): boolean => (FOLLOW_UP_KINDS as readonly string[]).includes(about);

/** The messages with other words for one kind. */
function inPlace(messages: Messages, { about, ...words }: TemplateWords): Messages {
  const text = withOwnNames(about, words[messages.language]);
  return about === 'subject'
    ? { ...messages, subject: text }
    : { ...messages, lines: { ...messages.lines, [about]: text } };
}

/** The subjects of the last digests in these words, each with the first message of it. */
async function previewSubject(tx: EntityManager, words: TemplateWords): Promise<TemplatePreview[]> {
  const rows: { id: string; at: Date; sorts: LineSort[] }[] = await tx.query(
    `select (array_agg(n.id order by i.position))[1] as id, g.composed_at as at,
       array_agg(coalesce(n.parameters->>'followUpKind', n.kind)) as sorts
     from (select id, composed_at from digest where channel = 'inbox' order by composed_at desc, id desc limit ${SHOWN}) g
       join digest_item i on i.digest_id = g.id join notification n on n.id = i.notification_id
     group by g.id, g.composed_at order by g.composed_at desc, g.id desc`,
  );
  return rows.map(({ id, at, sorts }) => {
    const say = (language: 'zh' | 'en'): string =>
      subjectOf(
        sorts.map((sort) => ({ sort })),
        inPlace(LANGUAGES[language], words),
      );
    return { notificationId: id, wantedAt: at, zh: say('zh'), en: say('en') };
  });
}

type FieldFault = TemplateFault & { field: string };

const wordFaults = ({ about, zh, en }: TemplateWords): FieldFault[] =>
  Object.entries({ zh, en }).flatMap(([field, text]) =>
    templateFaults(about, text).map((fault) => ({ ...fault, field })),
  );

function nameFaults(name: string, about: TemplateAbout): FieldFault[] {
  if (isAbout(name)) {
    if (name === about) return [];
    const message = `"${name}" is a kind of message: words of that name are about it.`;
    return [{ code: 'MESSAGE_TEMPLATE.NAME_OF_A_KIND', field: 'name', message }];
  }
  if (isFollowUp(about)) return [];
  const message = `Steps of rules send ${FOLLOW_UP_KINDS.join(', ')}: words under a name of their own are about one of these.`;
  return [{ code: 'MESSAGE_TEMPLATE.NOT_OF_A_STEP', field: 'about', message }];
}

function refuse(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first) throw invalid(first.code, first.message, { field: first.field, faults });
}
