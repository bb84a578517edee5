import { z } from 'zod';
import { MATTER_KIND_IDS, type MatterKind } from './matter-kinds';

/**
 * How long a file is kept (保管期限): for ever, or for a term of 30 or 10 years (定期). Source:
 * 机关文件材料归档范围和文书档案保管期限规定 (国家档案局令第8号, 2006), article 7.
 */
export const RETENTIONS = ['永久', '30年', '10年'] as const;
export type Retention = (typeof RETENTIONS)[number];

/** In whole years; null: for ever. */
export const RETENTION_YEARS: Readonly<Record<Retention, number | null>> = { 永久: null, '30年': 30, '10年': 10 };

/** What the schedule tells apart: a plan that came as a document (责任分解方案), or the register of a kind of matter. */
export const RETENTION_KINDS = ['document', ...MATTER_KIND_IDS] as const;
export type RetentionKind = 'document' | MatterKind;

const period = z.enum(RETENTIONS);

/** How long each kind is kept (保管期限表). */
export const retentionSchedule = z.strictObject({
  document: period.meta({ description: 'A plan that came as a document (责任分解方案).' }),
  leader_instruction: period,
  meeting_decision: period,
  higher_document: period,
  telegram: period,
  proposal: period,
  inspection: period,
  petition: period,
  hotline: period,
  media: period,
  key_matter: period,
} satisfies Record<RetentionKind, typeof period>);
export type RetentionSchedule = z.infer<typeof retentionSchedule>;

/**
 * What holds until the office puts its own, which article 12 of the same rules asks of each office. Each line says by
 * which of their words; where they tell the important from the ordinary, which no kind says of itself, the longer one is
 * taken, but for what is ordinary by its nature.
 */
export const PRESET_RETENTION: RetentionSchedule = {
  /** Article 8(3): 本机关职能活动中形成的重要业务文件材料. */
  document: '永久',
  /** Article 8(4): 请示与上级机关的批复、批示 on important questions. */
  leader_instruction: '永久',
  /** The table, 2.1: 决议、决定、记录、纪要. */
  meeting_decision: '永久',
  /** Article 8(7): of a higher authority, in one's own field. */
  higher_document: '永久',
  /** A document of a higher authority, by wire. */
  telegram: '永久',
  /** The table, 1.2: 人大代表建议、政协委员提案及办理结果. */
  proposal: '永久',
  /** The table, on inspections by a higher authority: the ordinary ones 30 years. */
  inspection: '30年',
  /** Article 9: ordinary matters of the office's work, of which people may ask long afterwards. */
  petition: '30年',
  /** Article 9: ordinary matters, each of one call. */
  hotline: '10年',
  /** Article 9, as a call. */
  media: '10年',
  /** Article 8(3), as a plan. */
  key_matter: '永久',
};
