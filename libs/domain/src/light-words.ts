import type { Words } from './policy-terms';
import type { PeriodLight } from './progress-curve';

/* What people read of lights and cards is recorded with each in both languages, so that the record needs no program. */

const COLOURS: Readonly<Record<PeriodLight, Words>> = {
  green: { zh: '绿灯', en: 'green' },
  yellow: { zh: '黄灯', en: 'yellow' },
  orange: { zh: '橙灯', en: 'orange' },
  red: { zh: '红灯', en: 'red' },
};

const LIGHTS = {
  plan: {
    zh: '{light}：“{text}”计划{planned}{unit}，实际{value}{unit}，落后{behind}个百分点、{days}个工作日',
    en: '{light}: of “{text}” {planned} {unit} were planned and {value} reached, {behind} points and {days} working days behind',
  },
  no_targets: { zh: '{light}：已报送，无量化指标', en: '{light}: reported, no figures are asked for' },
  not_known: { zh: '{light}：未报送“{text}”的数据', en: '{light}: the figure of “{text}” is not known' },
  not_started: {
    zh: '{light}：“{text}”按计划应启动而未启动，连续{running}期',
    en: '{light}: “{text}” was to start and has not, for {running} periods running',
  },
  missing: { zh: '{light}：到期未报送', en: '{light}: not reported when it was due' },
  missing_months: {
    zh: '{light}：逾期{months}个月未报送',
    en: '{light}: not reported {months} months after it was due',
  },
  late: { zh: '{light}：逾期后补报，原为{given}', en: '{light}: reported late, was given {given}' },
  caught_up: { zh: '{light}：已赶上序时进度，原为{given}', en: '{light}: caught up with the plan, was {given}' },
  redated: {
    zh: '期限调整为{dueOn}，暂不亮灯，原{light}保留',
    en: 'due on {dueOn} now: no light yet; the {light} given stays',
  },
  rung: { zh: '{light}：督办步骤“{rung}”', en: '{light}: by the step “{rung}”' },
} as const satisfies Record<string, Words>;

const CARDS = {
  lights_item: { zh: '同一事项累计{times}次{light}', en: '{times} {light} lights on one item' },
  lights_item_row: { zh: '同一事项连续{times}期{light}', en: '{times} {light} lights in a row on one item' },
  lights_unit: { zh: '本单位累计{times}次{light}', en: '{times} {light} lights of the unit' },
  lights_unit_row: { zh: '本单位连续{times}期{light}', en: '{light} lights of the unit in {times} periods in a row' },
  cards: { zh: '累计{times}张{card}', en: '{times} {card}s' },
  cards_row: { zh: '连续{times}期{card}', en: '{card}s in {times} periods in a row' },
  achieved: { zh: '当期完成率{achieved}%，低于{below}%', en: '{achieved} % of the plan reached, under {below} %' },
  rung: { zh: '督办步骤“{rung}”', en: 'the step “{rung}”' },
} as const satisfies Record<string, Words>;

const CARD_NAMES = {
  yellow: { zh: '黄牌', en: 'yellow card' },
  red: { zh: '红牌', en: 'red card' },
} as const satisfies Record<string, Words>;

type Values = Readonly<Record<string, string | number>>;

export const lightWords = (
  key: keyof typeof LIGHTS,
  { light, given = light, ...values }: { light: PeriodLight; given?: PeriodLight } & Values,
): Words => {
  const known = key === 'missing' && values.months ? 'missing_months' : key;
  return both(LIGHTS[known], (language) => ({
    ...values,
    light: COLOURS[light][language],
    given: COLOURS[given][language],
  }));
};

export const cardWords = (
  key: keyof typeof CARDS,
  { light = 'green', card = 'yellow', ...values }: { light?: PeriodLight; card?: 'yellow' | 'red' } & Values,
): Words =>
  both(CARDS[key], (language) => ({
    ...values,
    light: COLOURS[light][language],
    card: CARD_NAMES[card][language],
  }));

const both = (words: Words, values: (language: keyof Words) => Values): Words => ({
  zh: fill(words.zh, values('zh')),
  en: fill(words.en, values('en')),
});

const fill = (text: string, values: Values): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
