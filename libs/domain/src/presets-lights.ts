import { definePolicy, type Policy } from './policy';
import { monthlyDuties, SIGN_FOR, THREE_COLOUR } from './preset-ladders';

/*
 * Rule sets with the lights (亮灯) and cards (督办牌) of some cities, for monthly reports. What a city's paper does not
 * say is as in the annual report; the day of the report, the 5th of the month after, is a district's (每月5日前).
 */

/** Building work in the north (北方冬季停工): nothing from December to February. The shares are ours; no paper gives any. */
const NORTHERN_BUILDING = {
  name: { zh: '北方建筑施工', en: 'building work in the north' },
  shares: [0, 0, 6, 10, 12, 14, 14, 14, 12, 10, 8, 0],
};

function monthly(own: Pick<Policy, 'id' | 'name'> & Pick<Partial<Policy>, 'lights' | 'cards'>): Policy {
  return definePolicy({
    version: 1,
    ladders: { 'three-colour': THREE_COLOUR, 'sign-for': SIGN_FOR },
    obligations: monthlyDuties('three-colour'),
    rectification: { workingDays: 5, ladder: 'three-colour' },
    seasons: { 'northern-building': NORTHERN_BUILDING },
    ...own,
  });
}

/**
 * 银川 (2025): what was to start this month and has not, without a reason, is yellow, three months running red; at the
 * plan green, 10 to 30 points behind yellow, more red; figures over one month late yellow, over two red. To enter them
 * late changes nothing of that. A reason is asked for by the light, not by the form.
 */
const yinchuan = monthly({
  id: 'lights-yinchuan',
  name: { zh: '月度红黄绿灯（银川）', en: 'Monthly lights (Yinchuan)' },
  lights: {
    yellow: 10,
    red: 30,
    tolerance: 100,
    missing: [
      { afterMonths: 1, light: 'yellow' },
      { afterMonths: 2, light: 'red' },
    ],
    catchUp: 'none',
    notStarted: { yellow: 1, red: 3 },
  },
});

/**
 * 瓯海 (2020): a month that missed its plan, or its report, is red; once it is caught up with, that month is yellow and
 * the current one green.
 */
const ouhai = monthly({
  id: 'lights-ouhai',
  name: { zh: '三色预警（瓯海）', en: 'Three-colour warning (Ouhai)' },
  lights: { yellow: 0, red: 0, tolerance: 10, catchUp: 'yellow' },
});

/** 深圳: up to 7 days behind yellow, 7 to 15 orange, 15 and more red. Taken as working days, the 7th still yellow. */
const shenzhen = monthly({
  id: 'lights-shenzhen',
  name: { zh: '滞后天数亮灯（深圳）', en: 'Lights by days behind (Shenzhen)' },
  lights: { yellow: 10, red: 30, tolerance: 10, workingDays: { yellow: 1, orange: 8, red: 15 } },
});

/** 广元 (2018): two yellow lights on one item bring a letter and one point less, a red one two points less and a talk. */
const guangyuan = monthly({
  id: 'cards-guangyuan',
  name: { zh: '亮灯扣分（广元）', en: 'Lights and points (Guangyuan)' },
  cards: [
    {
      id: 'two-yellow',
      when: { counts: 'lights', light: 'yellow', of: 'item', times: 2 },
      gives: { card: 'yellow', points: -1, measures: ['letter'] },
    },
    {
      id: 'red',
      when: { counts: 'lights', light: 'red', of: 'item', times: 1 },
      gives: { card: 'red', points: -2, measures: ['talk'] },
    },
  ],
});

/** 隆昌 (2020): three red cards in a row bring a talk with the main leader and a written report. A red light is a red card. */
const longchang = monthly({
  id: 'cards-longchang',
  name: { zh: '红牌约谈（隆昌）', en: 'Red cards and talks (Longchang)' },
  cards: [
    { id: 'red', when: { counts: 'lights', light: 'red', of: 'item', times: 1 }, gives: { card: 'red' } },
    {
      id: 'three-red-cards',
      when: { counts: 'cards', card: 'red', times: 3, inARow: true },
      gives: { measures: ['talk_with_leader', 'written_report'] },
    },
  ],
});

/** 新晃 (2015): a month under 80 percent is tracked closely; under 60 a yellow card, shown, and no bonus for the stage. */
const xinhuang = monthly({
  id: 'cards-xinhuang',
  name: { zh: '月度亮牌（新晃）', en: 'Monthly cards (Xinhuang)' },
  cards: [
    { id: 'under-80', when: { counts: 'achieved', belowPercent: 80 }, gives: { measures: ['key_tracking'] } },
    {
      id: 'under-60',
      when: { counts: 'achieved', belowPercent: 60 },
      gives: { card: 'yellow', measures: ['shown', 'no_bonus'] },
    },
  ],
});

export const LIGHT_POLICIES: readonly Policy[] = [yinchuan, ouhai, shenzhen, guangyuan, longchang, xinhuang];
