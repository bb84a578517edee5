import { assertMay } from '@duban/directory';
import {
  type MessageFault,
  type MessagePreference,
  messageRuleFaults,
  type MessageRules,
  NO_PREFERENCE,
  preferenceFaults,
} from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid } from '@duban/kernel';
import { currentMessageRules, type MessageRulesVersion } from '@duban/supervision';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NOTIFICATION_KINDS } from './notification.kinds';

/** What somebody chose, and what they may choose. */
export interface PreferenceVersion {
  /** 0 where nothing was chosen. */
  version: number;
  preference: MessagePreference;
  choices: MessageRules['choices'];
}

/** Any number will do, as long as every process takes the same. */
const RULES_LOCK = 7_281_951;
/** What history calls the one set of rules that there is. */
const RULES_ID = '00000000-0000-4000-8000-000000000002';

/** The office's rules of messages (消息规则), and what people choose within them (接收偏好); each version is kept. */
@Injectable()
export class MessageRulesService {
  constructor(private readonly history: HistoryService) {}

  read(tx: EntityManager): Promise<MessageRulesVersion> {
    return currentMessageRules(tx);
  }

  /**
   * Holds from the next digest on; what a cap holds that is wider now goes with it.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, conflict `MESSAGE_RULES.STALE`, invalid `MESSAGE_RULES.*` with the field
   */
  async change(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    rules: MessageRules,
    expectedVersion: number,
  ): Promise<MessageRulesVersion> {
    assertMay(actor, 'message.rules');
    refuse(messageRuleFaults(rules, Object.keys(NOTIFICATION_KINDS)));
    refuse(await unknownUnits(tx, rules));
    await tx.query(`select pg_advisory_xact_lock($1)`, [RULES_LOCK]);
    const before = await currentMessageRules(tx);
    if (before.version !== expectedVersion) {
      throw conflict('MESSAGE_RULES.STALE', 'Somebody has changed the rules since you read them. Read them again.', {
        version: before.version,
      });
    }
    const after = { version: before.version + 1, rules, personId: actor.personId, putAt: at };
    await tx.query(
      `insert into message_rules (version, body, person_id, post_id, put_at) values ($1, $2, $3, $4, $5)`,
      [after.version, JSON.stringify(rules), actor.personId, actor.postId, at],
    );
    await this.history.append(tx, actor, at, [
      {
        type: 'message_rules.changed',
        entity: 'message_rules',
        entityId: RULES_ID,
        before: { version: before.version, rules: before.rules },
        after: { version: after.version, rules },
      },
    ]);
    return after;
  }

  async preference(tx: EntityManager, personId: string): Promise<PreferenceVersion> {
    const { rules } = await currentMessageRules(tx);
    const [row]: { version: number; body: MessagePreference }[] = await tx.query(
      `select version, body from message_preference where person_id = $1 order by version desc limit 1`,
      [personId],
    );
    return {
      version: row?.version ?? 0,
      preference: { ...NO_PREFERENCE, ...row?.body },
      choices: rules.choices,
    };
  }

  /**
   * One's own, within what the office allows.
   * @throws DomainError conflict `MESSAGE_PREFERENCE.STALE`, invalid `MESSAGE_PREFERENCE.NOT_ALLOWED` or `.NEVER` with
   *   the field
   */
  async choose(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    preference: MessagePreference,
    expectedVersion: number,
  ): Promise<PreferenceVersion> {
    assertMay(actor, 'inbox.read');
    const personId = actor.personId!;
    const { rules } = await currentMessageRules(tx);
    refuse(preferenceFaults(preference, rules));
    await tx.query(`select pg_advisory_xact_lock($1, hashtext($2))`, [RULES_LOCK, personId]);
    const before = await this.preference(tx, personId);
    if (before.version !== expectedVersion) {
      throw conflict('MESSAGE_PREFERENCE.STALE', 'You have changed this elsewhere. Read it again.', {
        version: before.version,
      });
    }
    const version = before.version + 1;
    await tx.query(`insert into message_preference (person_id, version, body, put_at) values ($1, $2, $3, $4)`, [
      personId,
      version,
      JSON.stringify(preference),
      at,
    ]);
    await this.history.append(tx, actor, at, [
      {
        type: 'message_preference.changed',
        entity: 'message_preference',
        entityId: personId,
        before: { version: before.version, preference: before.preference },
        after: { version, preference },
      },
    ]);
    return { version, preference, choices: rules.choices };
  }
}

function refuse([first, ...others]: readonly MessageFault[]): void {
  if (!first) return;
  throw invalid(first.code, first.message, { field: first.field, faults: [first, ...others] });
}

async function unknownUnits(tx: EntityManager, { caps }: MessageRules): Promise<MessageFault[]> {
  const ids = caps.units.map(({ unitId }) => unitId);
  const rows: { id: string }[] = await tx.query(`select id from unit where id = any($1::uuid[])`, [ids]);
  const known = new Set(rows.map(({ id }) => id));
  return ids.flatMap((id, i) =>
    known.has(id)
      ? []
      : [
          {
            code: 'MESSAGE_RULES.UNKNOWN_UNIT',
            field: `rules.caps.units.${i}.unitId`,
            message: 'There is no such unit.',
          },
        ],
  );
}
