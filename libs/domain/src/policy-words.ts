import type { CardRule } from './card-rules';
import { cardWords } from './light-words';
import {
  type DueRule,
  type ObligationRule,
  PERIODICITIES,
  type Rung,
  type RungCondition,
  type RungEffect,
  type RungOffset,
} from './policy';
import { term, type Words } from './policy-terms';

const list = (ids: readonly string[]): Words => ({
  zh: ids.map((id) => term(id).zh).join('、'),
  en: ids.map((id) => term(id).en).join(', '),
});
const days = (n: number): string => `${Math.abs(n)} ${Math.abs(n) === 1 ? 'day' : 'days'}`;
const workingDays = (n: number): string => days(n).replace(/day/, 'working day');

/** When a rung comes. */
export function offsetWords(offset: RungOffset): Words {
  if ('shareOfTime' in offset) {
    const { shareOfTime: share } = offset;
    return { zh: `办理时间过${share}%时`, en: `when ${share} % of the time is over` };
  }
  const [n, zh, en] =
    'workingDays' in offset
      ? [offset.workingDays, '个工作日', workingDays(offset.workingDays)]
      : [offset.calendarDays, '日', days(offset.calendarDays)];
  if (n === 0) return { zh: '到期当日', en: 'on the due date' };
  return n < 0 ? { zh: `到期前${-n}${zh}`, en: `${en} before` } : { zh: `到期后${n}${zh}`, en: `${en} after` };
}

/** What has to hold. */
export function conditionWords({ progressBelow, behindPlanBy, notRead, role, levels }: RungCondition): Words {
  const parts: Words[] = [];
  if (progressBelow !== undefined) {
    parts.push({ zh: `完成率低于${progressBelow}%`, en: `less than ${progressBelow} % is reached` });
  }
  if (behindPlanBy !== undefined) {
    parts.push({ zh: `落后序时进度${behindPlanBy}个百分点以上`, en: `${behindPlanBy} points or more behind the plan` });
  }
  if (notRead) parts.push({ zh: '上一步消息无人阅读', en: 'nobody has read what was sent before it' });
  if (role !== undefined) parts.push({ zh: `为${term(role).zh}`, en: `of ${term(role).en}` });
  if (levels !== undefined) parts.push({ zh: `等级为${levels.join('、')}`, en: `at the level ${levels.join(' or ')}` });
  return { zh: parts.map(({ zh }) => zh).join('且'), en: parts.map(({ en }) => en).join(' and ') };
}

/** What a rung does beside what it sends. */
export function effectWords(effect: RungEffect): Words {
  switch (effect.effect) {
    case 'light':
      return { zh: `亮${term(effect.colour).zh}灯`, en: `${effect.colour} light` };
    case 'card':
      return { zh: `${term(effect.colour).zh}牌`, en: `${effect.colour} card` };
    case 'points':
      return { zh: `计${effect.points}分`, en: `${effect.points} points` };
    case 'bulletin':
      return { zh: '列入下期通报', en: 'named in the next bulletin' };
  }
}

/** A whole rung: when, what, to whom, on what condition, with what effects. */
export function rungWords(rung: Rung): Words {
  const when = offsetWords(rung.offset);
  const kind = term(rung.kind);
  const colour = rung.kind === 'notice' ? term(rung.colour) : { zh: '', en: '' };
  const to = list(rung.to);
  const parts: Words[] = [
    when,
    { zh: `${colour.zh}${kind.zh}`, en: `${colour.en} ${kind.en}`.trim() },
    { zh: `送${to.zh}`, en: `to ${to.en}` },
  ];
  if (rung.copyTo?.length) parts.push({ zh: `抄送${list(rung.copyTo).zh}`, en: `copy to ${list(rung.copyTo).en}` });
  if (rung.kind === 'notice' && rung.answerWithin) {
    const n = rung.answerWithin.workingDays;
    parts.push({ zh: `${n}个工作日内答复`, en: `answer within ${workingDays(n)}` });
  }
  if (rung.kind === 'notice' && rung.inNextBulletin) parts.push(effectWords({ effect: 'bulletin' }));
  if (rung.when) parts.push({ zh: `条件：${conditionWords(rung.when).zh}`, en: `if ${conditionWords(rung.when).en}` });
  if (rung.template !== undefined) {
    parts.push({ zh: `用消息模板“${rung.template}”`, en: `in the words "${rung.template}"` });
  }
  for (const effect of rung.effects ?? []) parts.push(effectWords(effect));
  return { zh: parts.map(({ zh }) => zh).join('，'), en: parts.map(({ en }) => en).join(', ') };
}

/** The date or dates of a rule. */
export function dueWords(due: DueRule): Words {
  switch (due.by) {
    case 'periodic':
      return periodicWords(due);
    case 'working_days_after_issue':
      return { zh: `印发后${due.workingDays}个工作日`, en: `${workingDays(due.workingDays)} after issue` };
    case 'day_of_year': {
      const year = due.yearOffset ? { zh: '次年', en: ' of the next year' } : { zh: '', en: '' };
      const of = due.period ? { zh: `（${due.period}）`, en: ` (${due.period})` } : { zh: '', en: '' };
      return { zh: `${year.zh}${monthDayZh(due.day)}前${of.zh}`, en: `by ${due.day}${year.en}${of.en}` };
    }
    case 'task_deadline':
      return {
        zh: `任务自身时限，没有的${monthDayZh(due.otherwise)}前`,
        en: `the task's own deadline, otherwise by ${due.otherwise}`,
      };
    case 'task_milestones':
      return { zh: '任务的各阶段节点', en: 'the milestones of the task' };
    default: {
      const [zh, en] =
        due.by === 'calendar_days_after_receipt'
          ? [`收文后${due.days}日`, `${days(due.days)} after receipt`]
          : due.by === 'working_days_after_receipt'
            ? [`收文后${due.workingDays}个工作日`, `${workingDays(due.workingDays)} after receipt`]
            : [`收文后${due.months}个月`, `${due.months} ${due.months === 1 ? 'month' : 'months'} after receipt`];
      const unless = due.unlessDated
        ? { zh: '，任务自有时限的从其时限', en: ', unless the task has a deadline of its own' }
        : { zh: '', en: '' };
      const subject = due.subject ? { zh: `（${due.subject}）`, en: ` (${due.subject})` } : { zh: '', en: '' };
      return { zh: `${zh}${subject.zh}${unless.zh}`, en: `${en}${subject.en}${unless.en}` };
    }
  }
}

function periodicWords({ every, on, from, to }: Extract<DueRule, { by: 'periodic' }>): Words {
  const after: Words =
    'workingDaysAfterEnd' in on
      ? { zh: `期满后${on.workingDaysAfterEnd}个工作日`, en: `${workingDays(on.workingDaysAfterEnd)} after its end` }
      : 'calendarDaysAfterEnd' in on
        ? { zh: `期满后${on.calendarDaysAfterEnd}日`, en: `${days(on.calendarDaysAfterEnd)} after its end` }
        : dayOfMonthWords(on, PERIODICITIES[every].months);
  const span =
    from === undefined && to === undefined
      ? { zh: '', en: '' }
      : { zh: `（${from ?? ''}至${to ?? ''}）`, en: ` (${from ?? 'the first'} to ${to ?? 'the last'})` };
  return { zh: `${term(every).zh}${after.zh}${span.zh}`, en: `${term(every).en}, ${after.en}${span.en}` };
}

function dayOfMonthWords(
  { dayOfMonth, monthsAfterEnd }: { dayOfMonth: number; monthsAfterEnd: number },
  monthsOfPeriod: number,
): Words {
  if (monthsAfterEnd > 1) {
    return {
      zh: `期满后第${monthsAfterEnd}个月${dayOfMonth}日前`,
      en: `by day ${dayOfMonth} of month ${monthsAfterEnd} after its end`,
    };
  }
  if (monthsAfterEnd === 1) return { zh: `次月${dayOfMonth}日前`, en: `by day ${dayOfMonth} of the month after it` };
  return monthsOfPeriod === 1
    ? { zh: `当月${dayOfMonth}日前`, en: `by its day ${dayOfMonth}` }
    : { zh: `期末月${dayOfMonth}日前`, en: `by day ${dayOfMonth} of its last month` };
}

const monthDayZh = (day: string): string => `${Number(day.slice(0, 2))}月${Number(day.slice(3))}日`;

/** Who owes what, without its dates: two rules of a policy may say the same of other levels. */
export function ruleWords({ kind, owedBy, levels }: ObligationRule): Words {
  const at = levels
    ? { zh: `（等级${levels.join('、')}）`, en: ` at the level ${levels.join(' or ')}` }
    : { zh: '', en: '' };
  return { zh: `${term(owedBy).zh}的${term(kind).zh}${at.zh}`, en: `${term(kind).en} of ${term(owedBy).en}${at.en}` };
}

/** A rule of cards: what it counts, and what it gives for that. */
export function cardRuleWords({ when, gives: { card, points, measures = [] } }: CardRule): Words {
  const counted: Words =
    when.counts === 'achieved'
      ? { zh: `当期完成率低于${when.belowPercent}%`, en: `less than ${when.belowPercent} % of the plan is reached` }
      : when.counts === 'cards'
        ? cardWords(when.inARow ? 'cards_row' : 'cards', { times: when.times, card: when.card })
        : cardWords(`lights_${when.of}${when.inARow ? '_row' : ''}`, { times: when.times, light: when.light });
  const given: Words[] = [];
  if (card !== undefined) given.push(effectWords({ effect: 'card', colour: card }));
  if (points !== undefined) given.push(effectWords({ effect: 'points', points }));
  given.push(...measures.map(term));
  return {
    zh: `${counted.zh}：${given.map(({ zh }) => zh).join('、')}`,
    en: `${counted.en}: ${given.map(({ en }) => en).join(', ')}`,
  };
}
