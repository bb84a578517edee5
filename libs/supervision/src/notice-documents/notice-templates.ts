import { createHash } from 'node:crypto';
import { checkWordTemplate } from '@duban/documents';
import { assertMay } from '@duban/directory';
import { type Actor, HistoryService, systemActor } from '@duban/history';
import { conflict, newId, notFound } from '@duban/kernel';
import { CONFIG, type Config } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { defaultTemplate } from './default-template';
import { NOTICE_FIELDS } from './fields';

/** A version of the template (模板) of notices, without the file. */
export interface NoticeTemplateVersion {
  version: number;
  /** Of the file, as it was sent. */
  name: string;
  size: number;
  sha256: string;
  /** Whether it is the one that comes with duban. */
  isDefault: boolean;
  /** Who put it; null for the one that comes with duban. */
  putBy: string | null;
  putAt: Date;
}

/** The template by which notices (督办单) are written out: an office may put one of its own. Versions are recorded once. */
@Injectable()
export class NoticeTemplates {
  private shipped: { content: Uint8Array; sha256: string } | null = null;

  constructor(
    private readonly history: HistoryService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_LANGUAGE'>,
  ) {}

  /** The template that comes with duban, in the installation's language. */
  get default(): { content: Uint8Array; sha256: string } {
    const content = this.shipped?.content ?? defaultTemplate(this.config.DUBAN_LANGUAGE);
    this.shipped ??= { content, sha256: digestOf(content) };
    return this.shipped;
  }

  /** @throws DomainError TEMPLATE.*, DOCUMENT.BROKEN, DOCUMENT.ZIP_BOMB */
  check(content: Uint8Array): void {
    checkWordTemplate(content, NOTICE_FIELDS);
  }

  /** The newest first. */
  async versions(tx: EntityManager): Promise<NoticeTemplateVersion[]> {
    return tx.query(
      `select v.version, v.name, length(v.content) as size, v.sha256, v.is_default as "isDefault",
         p.display_name as "putBy", v.put_at as "putAt"
       from notice_template v left join person p on p.id = v.person_id order by v.version desc`,
    );
  }

  /**
   * The file of a version; without one, that in force, which is the one that comes with duban where none was ever used.
   * @throws DomainError NOTICE_TEMPLATE.UNKNOWN_VERSION
   */
  async file(tx: EntityManager, version?: number): Promise<Uint8Array> {
    const [found]: { content: Uint8Array }[] = await tx.query(
      `select content from notice_template where $1::int is null or version = $1 order by version desc limit 1`,
      [version ?? null],
    );
    if (found) return found.content;
    if (version === undefined) return this.default.content;
    throw notFound('NOTICE_TEMPLATE.UNKNOWN_VERSION', `There is no version ${version} of the template.`, {
      field: 'version',
    });
  }

  /**
   * The version by which a notice that is issued now is written out. The one that comes with duban gets its version where
   * it is used first, and again where a later duban brings another one.
   */
  async inForce(tx: EntityManager, at: Date): Promise<number> {
    const present = await this.newest(tx);
    if (present && (!present.isDefault || present.sha256 === this.default.sha256)) return present.version;
    const version = await this.lockNext(tx);
    const meanwhile = await this.newest(tx);
    if (meanwhile && meanwhile.version !== present?.version) return meanwhile.version;
    await this.insert(tx, systemActor(`notice-template-${newId()}`), at, 'shipped', {
      version,
      name: DEFAULT_NAME,
      content: this.default.content,
      isDefault: true,
    });
    return version;
  }

  /**
   * Takes a template into use for notices that are issued from now on.
   * @param content checked already, by {@link check}
   * @throws DomainError NOTICE_TEMPLATE.STALE
   */
  async put(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { name, content }: { name: string; content: Uint8Array },
    expectedVersion?: number,
  ): Promise<NoticeTemplateVersion[]> {
    assertMay(actor, 'notice.template');
    const version = await this.lockNext(tx, expectedVersion);
    await this.insert(tx, actor, at, 'replaced', { version, name, content, isDefault: false });
    return this.versions(tx);
  }

  /** Back to the template that comes with duban. @throws DomainError NOTICE_TEMPLATE.STALE */
  async reset(tx: EntityManager, actor: Actor, at: Date, expectedVersion?: number): Promise<NoticeTemplateVersion[]> {
    assertMay(actor, 'notice.template');
    const version = await this.lockNext(tx, expectedVersion);
    const { content } = this.default;
    await this.insert(tx, actor, at, 'reset', { version, name: DEFAULT_NAME, content, isDefault: true });
    return this.versions(tx);
  }

  private async newest(
    tx: EntityManager,
  ): Promise<Pick<NoticeTemplateVersion, 'version' | 'sha256' | 'isDefault'> | undefined> {
    const [found]: Pick<NoticeTemplateVersion, 'version' | 'sha256' | 'isDefault'>[] = await tx.query(
      `select version, sha256, is_default as "isDefault" from notice_template order by version desc limit 1`,
    );
    return found;
  }

  /** The number of the next version; whoever else puts one waits until this transaction ends. */
  private async lockNext(tx: EntityManager, expectedVersion?: number): Promise<number> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('notice_template', 0))`);
    const version = (await this.newest(tx))?.version ?? 0;
    if (expectedVersion !== undefined && expectedVersion !== version) {
      throw conflict('NOTICE_TEMPLATE.STALE', 'Somebody has put another template since you read it.', { version });
    }
    return version + 1;
  }

  private async insert(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    what: 'shipped' | 'replaced' | 'reset',
    row: { version: number; name: string; content: Uint8Array; isDefault: boolean },
  ): Promise<void> {
    const id = newId();
    const sha256 = digestOf(row.content);
    const { version, name, isDefault } = row;
    await tx.query(
      `insert into notice_template (id, version, name, content, sha256, is_default, person_id, for_person_id, post_id, put_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        version,
        name,
        Buffer.from(row.content),
        sha256,
        isDefault,
        actor.personId,
        actor.delegation?.personId ?? null,
        actor.postId,
        at,
      ],
    );
    await this.history.append(tx, actor, at, [
      {
        type: `notice_template.${what}`,
        entity: 'notice_template',
        entityId: id,
        after: { version, name, sha256, isDefault },
      },
    ]);
  }
}

const DEFAULT_NAME = 'duban.docx';
const digestOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
