/** What is known of where a matter came from; which of it a kind has is said by {@link MATTER_KINDS}. */
export const SOURCE_FIELDS = [
  /** Who gave the instruction (批示领导). */
  'leader',
  'meeting',
  /** 届次: `第12次`. */
  'session',
  /** 来文单位, or whoever inspects. */
  'issuer',
  'documentNumber',
  /** Deputies or political advisers, whose names are public. */
  'proposer',
  /** The number that it has where it came from: 建议编号, 工单号, 信访件编号. */
  'reference',
  'medium',
  'link',
] as const;
export type SourceField = (typeof SOURCE_FIELDS)[number];

export interface MatterKindTerms {
  name: { zh: string; en: string };
  /** As numbers begin: 批示〔2023〕12号. */
  series: string;
  /** The policy (督办规则) that a register of this kind goes by. */
  policy: string;
  required: readonly SourceField[];
  optional: readonly SourceField[];
  /** Whether somebody private asked for it, whose name and telephone are kept apart. */
  hasPetitioner: boolean;
}

/** Where matters come from beside imported plans (事项来源); a kind is one entry, and its policy. */
const MATTER_KINDS = {
  leader_instruction: {
    name: { zh: '领导批示', en: 'leader’s instruction' },
    series: '批示',
    policy: 'leader-instruction',
    required: ['leader'],
    optional: ['documentNumber', 'reference', 'issuer'],
    hasPetitioner: false,
  },
  meeting_decision: {
    name: { zh: '会议决定', en: 'decision of a meeting' },
    series: '会议',
    policy: 'meeting-decision',
    required: ['meeting'],
    optional: ['session', 'documentNumber', 'leader'],
    hasPetitioner: false,
  },
  higher_document: {
    name: { zh: '上级文件', en: 'document of a higher authority' },
    series: '文件',
    policy: 'higher-document',
    required: ['issuer'],
    optional: ['documentNumber', 'leader', 'link'],
    hasPetitioner: false,
  },
  telegram: {
    name: { zh: '电报', en: 'telegram' },
    series: '电报',
    policy: 'telegram',
    required: ['issuer'],
    optional: ['documentNumber', 'leader'],
    hasPetitioner: false,
  },
  proposal: {
    name: { zh: '建议提案', en: 'proposal' },
    series: '提案',
    policy: 'proposal',
    required: ['proposer'],
    optional: ['reference', 'meeting', 'session'],
    hasPetitioner: false,
  },
  inspection: {
    name: { zh: '督查检查', en: 'inspection' },
    series: '督查',
    policy: 'inspection',
    required: ['issuer'],
    optional: ['documentNumber', 'reference', 'leader'],
    hasPetitioner: false,
  },
  petition: {
    name: { zh: '信访', en: 'petition' },
    series: '信访',
    policy: 'petition',
    required: [],
    optional: ['reference', 'issuer', 'leader'],
    hasPetitioner: true,
  },
  hotline: {
    name: { zh: '12345热线', en: 'hotline 12345' },
    series: '热线',
    policy: 'hotline',
    required: [],
    optional: ['reference', 'leader'],
    hasPetitioner: true,
  },
  media: {
    name: { zh: '媒体反映', en: 'media' },
    series: '媒体',
    policy: 'media',
    required: ['medium'],
    optional: ['link', 'leader', 'reference'],
    hasPetitioner: false,
  },
  key_matter: {
    name: { zh: '重点督办', en: 'key matter' },
    series: '督办',
    policy: 'shanxi-13710',
    required: [],
    optional: ['leader', 'issuer', 'meeting', 'session', 'documentNumber', 'reference'],
    hasPetitioner: false,
  },
} as const satisfies Record<string, MatterKindTerms>;

export type MatterKind = keyof typeof MATTER_KINDS;
export const MATTER_KIND_IDS = Object.keys(MATTER_KINDS) as [MatterKind, ...MatterKind[]];

/** What is said of a kind, with the wider type of its lists. */
export const matterKind = (kind: MatterKind): MatterKindTerms => MATTER_KINDS[kind];
