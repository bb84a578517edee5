import { type MessageRules, PRESET_MESSAGE_RULES } from '@duban/domain';
import type { EntityManager } from 'typeorm';

/** The rules of messages (消息规则) that hold, and who put them; of the preset nobody. */
export interface MessageRulesVersion {
  /** 0 for the preset. */
  version: number;
  rules: MessageRules;
  personId: string | null;
  putAt: Date | null;
}

export async function currentMessageRules(tx: EntityManager): Promise<MessageRulesVersion> {
  const [row]: { version: number; body: MessageRules; personId: string; putAt: Date }[] = await tx.query(
    `select version, body, person_id as "personId", put_at as "putAt" from message_rules order by version desc limit 1`,
  );
  if (!row) return { version: 0, rules: PRESET_MESSAGE_RULES, personId: null, putAt: null };
  // A version may be older than the newest rule: that one is as preset.
  const { body, ...rest } = row;
  return { ...rest, rules: { ...PRESET_MESSAGE_RULES, ...body } };
}
