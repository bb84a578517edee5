import { term } from '@duban/domain';
import type { HistoryEvent } from '../history.service';
import { inEnglish } from '../personal/erased';
import { EN } from './en';
import { ZH } from './zh';

/** A sentence in each language. */
export interface EventWords {
  zh: string;
  en: string;
}

type Language = keyof EventWords;
type Told = Pick<HistoryEvent, 'type' | 'actor' | 'reason' | 'before' | 'after'>;

const WORDS: Record<Language, Readonly<Record<string, string>>> = { zh: ZH, en: EN };

/** Beyond the terms of policies: posts, states and roles as events name them. */
const TERMS: Readonly<Record<string, EventWords>> = {
  system: { zh: '系统', en: 'duban' },
  office: { zh: '督查室主任', en: 'head of the office' },
  officer: { zh: '督查室工作人员', en: 'officer' },
  leader: { zh: '分管领导', en: 'leader in charge' },
  auditor: { zh: '审计员', en: 'auditor' },
  admin: { zh: '系统管理员', en: 'system administrator' },
  security: { zh: '安全管理员', en: 'security administrator' },
  responsible: { zh: '责任单位', en: 'responsible' },
  cooperating: { zh: '配合单位', en: 'cooperating' },
  assigned: { zh: '已交办', en: 'assigned' },
  in_progress: { zh: '办理中', en: 'in progress' },
  reported: { zh: '已上报', en: 'reported' },
  verified: { zh: '已核销', en: 'verified' },
  cancelled: { zh: '已撤销', en: 'cancelled' },
  not_implemented: { zh: '未能办成', en: 'not implemented' },
  green: { zh: '绿色', en: 'green' },
};
/** Fields whose values are terms; all others are names, numbers and days. */
const OF_TERMS = new Set(['role', 'kind', 'colour', 'light', 'state']);
const MOST_CHARACTERS = 80;

/** An event in words, for people who read no codes: who did what, for whom, and why. */
export const wordsOf = (event: Told): EventWords => ({ zh: chinese(event), en: english(event) });

function chinese(event: Told): string {
  const { name, post, onBehalfOf, token } = event.actor;
  const who = post === 'system' ? termOf(post, 'zh') : named(termOf(post, 'zh'), name);
  const forWhom = onBehalfOf ? `（代${onBehalfOf.name}）` : '';
  const by = token ? `经接口令牌“${token.name}”` : '';
  return `${who}${forWhom}${by}${told(event, 'zh')}${event.reason ? `，原因：${event.reason}` : ''}`;
}

/** With the post before the name, as people are called; an account that is called by its post is not called so twice. */
const named = (post: string, name: string): string =>
  name.endsWith(post) || (post === termOf('head', 'zh') && name.endsWith('负责人')) ? name : `${post}${name}`;

function english(event: Told): string {
  const { name, post, onBehalfOf, token } = event.actor;
  const asWhat = [
    ...(post === 'system' ? [] : [termOf(post, 'en')]),
    ...(onBehalfOf ? [`for ${onBehalfOf.name}`] : []),
    ...(token ? [`by the token “${token.name}”`] : []),
  ];
  const who = asWhat.length > 0 ? `${name} (${asWhat.join(', ')})` : termOf(post, 'en');
  return inEnglish(`${who} ${told(event, 'en')}${event.reason ? `; reason: ${event.reason}` : ''}`);
}

/** What was done; of a type that has no words any more, its name. */
function told({ type, before, after }: Told, language: Language): string {
  const state: Record<string, unknown> = { ...before, ...after };
  const words = Object.hasOwn(WORDS[language], type) ? WORDS[language][type]! : type;
  return words.replace(/\[([^\]]*)\]/g, (_, clause: string) => {
    const values = [...clause.matchAll(/\{(\w+)\}/g)].map(([, field]) => valueOf(state, field!, language));
    if (values.some((value) => value === '')) return '';
    return clause.replace(/\{\w+\}/g, () => values.shift()!);
  });
}

function valueOf(state: Record<string, unknown>, field: string, language: Language): string {
  const value = state[field];
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  if (OF_TERMS.has(field)) return termOf(String(value), language);
  const text = [...String(value)];
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS).join('')}…` : text.join('');
}

const termOf = (id: string, language: Language): string =>
  Object.hasOwn(TERMS, id) ? TERMS[id]![language] : term(id)[language];
