import { ENTITIES, type HistoryEvent } from '../history.service';
import { EN } from './en';
import { EVENT_TYPES } from './event-types';
import { wordsOf } from './event-words';
import { ZH } from './zh';

const ACTOR: HistoryEvent['actor'] = {
  personId: '1',
  name: '张三',
  post: 'contact',
  postId: '2',
  unitId: '3',
  token: null,
  onBehalfOf: null,
};
const event = (more: Partial<HistoryEvent>) => ({
  type: 'assignment.signed_for',
  actor: ACTOR,
  reason: null,
  before: null,
  after: null,
  ...more,
});

describe('an event in words', () => {
  it.each<[string, Partial<HistoryEvent>, zh: string, en: string]>([
    [
      'names who, what and whose',
      { after: { unitName: '市水务局', role: 'lead' } },
      '联络员张三签收责任分工（市水务局，牵头单位）',
      '张三 (contact) signed for the part of 市水务局 (the lead)',
    ],
    ['leaves out what is not known', {}, '联络员张三签收责任分工', '张三 (contact) signed for the part'],
    [
      'names for whom, by what token, and why',
      {
        type: 'assignment.returned',
        actor: {
          ...ACTOR,
          onBehalfOf: { personId: '4', name: '李四', delegationId: '5' },
          token: { id: '6', name: '导出' },
        },
        reason: '材料不全',
      },
      '联络员张三（代李四）经接口令牌“导出”退回责任分工，原因：材料不全',
      '张三 (contact, for 李四, by the token “导出”) returned the part; reason: 材料不全',
    ],
    [
      'says that the calendar did it',
      {
        type: 'supervision_notice.issued',
        actor: { ...ACTOR, name: 'duban', post: 'system' },
        after: { colour: 'red', number: '督红〔2026〕1号' },
      },
      '系统制发红色督办单（督红〔2026〕1号）',
      'duban issued the red notice 督红〔2026〕1号',
    ],
    [
      'does not say the post twice of an account that is called by it',
      { type: 'person.unlocked', actor: { ...ACTOR, name: '市住建局联络员' } },
      '市住建局联络员解锁账号',
      '市住建局联络员 (contact) unlocked an account',
    ],
    [
      'nor that of a head',
      { type: 'person.unlocked', actor: { ...ACTOR, name: '市住建局负责人', post: 'head' } },
      '市住建局负责人解锁账号',
      '市住建局负责人 (head) unlocked an account',
    ],
    [
      'reads as a sentence of a part of a task, which has no number',
      { type: 'task.drafted', after: { number: null } },
      '联络员张三起草事项',
      '张三 (contact) drafted a task',
    ],
    [
      'takes of what is gone what was before',
      { type: 'task.removed', before: { number: '12' } },
      '联络员张三删去事项12',
      '张三 (contact) took task 12 out',
    ],
    [
      'cuts a long name',
      { type: 'plan.drafted', after: { title: '方'.repeat(100) } },
      `联络员张三起草方案“${'方'.repeat(80)}…”`,
      `张三 (contact) drafted the plan “${'方'.repeat(80)}…”`,
    ],
    ['says of a type of before by its name', { type: 'x.dreamt' }, '联络员张三x.dreamt', '张三 (contact) x.dreamt'],
  ])('%s', (_, more, zh, en) => {
    expect(wordsOf(event(more))).toEqual({ zh, en });
  });

  it.each(EVENT_TYPES)('%s has words that stand alone, and with all that they name', (type) => {
    for (const words of [ZH[type], EN[type]]) {
      // What is not in brackets would show its braces where it is not known.
      expect(words.replace(/\[[^\]]*\]/g, '')).toMatch(/^[^[\]{}]+$/);
      expect(words.match(/\[[^\]]*\]/g)?.filter((clause) => !/\{\w+\}/.test(clause)) ?? []).toEqual([]);
    }
    const fields = [...`${ZH[type]}${EN[type]}`.matchAll(/\{(\w+)\}/g)].map(([, field]) => field);
    const { zh, en } = wordsOf(event({ type, after: Object.fromEntries(fields.map((field) => [field, '某'])) }));
    expect(`${zh}${en}`).not.toMatch(/[[\]{}]/);
  });

  it('is there for types that begin with a kind of thing', () => {
    // Some kinds tell of themselves by the name of what they belong to.
    const others = ['revision', 'target', 'history'];
    const kinds = new Set<string>([...ENTITIES, ...others]);
    expect(EVENT_TYPES.filter((type) => !kinds.has(type.split('.')[0]!))).toEqual([]);
  });
});
