import type { LocalDate } from '@duban/kernel';
import { z } from 'zod';
import { NOTICE_COLOURS } from './policy';
import { CLOSES, OPENS } from './sending-hours';

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of the day as HH:MM.')
  .meta({ description: 'Local time of the jurisdiction.', example: '18:00' });
const channel = z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/, 'The name of a channel, such as smtp.');
const perWeek = z.int().min(1).max(1_000);

const urgentKind = z.strictObject({
  kind: z.string().min(1).max(50).meta({ description: 'A kind of message, as `GET /deliveries` names it.' }),
  colours: z.array(z.enum(NOTICE_COLOURS)).min(1).optional().meta({ description: 'Of notices: these colours alone.' }),
  dueWithinDays: z
    .int()
    .min(0)
    .max(30)
    .optional()
    .meta({ description: 'Only what is due in so many days at most; 0: today.' }),
});

/** The office's rules of messages (消息规则). */
export const messageRules = z.strictObject({
  /** What does not wait for a working day (急件), and the decent hours in which it goes out, on any day. */
  urgent: z.strictObject({ kinds: z.array(urgentKind).max(50), from: time, until: time }),
  /** How many half hours of a week a unit is written to; null: any number. */
  caps: z.strictObject({
    perUnitAndWeek: perWeek.nullable(),
    units: z.array(z.strictObject({ unitId: z.uuid(), perWeek })).max(2_000),
  }),
  /** What people may choose for themselves. */
  choices: z.strictObject({
    channels: z.array(channel).max(50).meta({ description: 'Channels that they may do without.' }),
    daily: z.boolean().meta({ description: 'One digest a day instead of one a half hour.' }),
    quietHours: z.boolean(),
  }),
  /** Channels that are taken one after the other, where what was sent before is not read within so many working days. */
  escalation: z.strictObject({ workingDays: z.int().min(1).max(30), channels: z.array(channel).min(1).max(20) }),
});
export type MessageRules = z.infer<typeof messageRules>;

/** Until the office sets its own. */
export const PRESET_MESSAGE_RULES: MessageRules = {
  urgent: {
    kinds: [
      { kind: 'follow_up', colours: ['red'] },
      { kind: 'instructed', dueWithinDays: 0 },
    ],
    from: '07:00',
    until: '22:00',
  },
  caps: { perUnitAndWeek: 20, units: [] },
  choices: { channels: ['smtp', 'wecom', 'dingtalk', 'feishu', 'sms'], daily: true, quietHours: true },
  escalation: { workingDays: 2, channels: ['sms'] },
};

/** What somebody chose for themselves (接收偏好). */
export const messagePreference = z.strictObject({
  off: z.array(channel).max(20).meta({ description: 'Channels that bring nothing; never the inbox.' }),
  dailyAt: time.nullable().meta({ description: 'One digest on each working day at this time; null: each half hour.' }),
  quietHours: z
    .array(
      z.strictObject({
        channel: channel.nullable().meta({ description: 'Null: all channels.' }),
        from: time,
        until: time.meta({ description: 'May be of the next day: 20:00 until 09:30.' }),
      }),
    )
    .max(20),
});
export type MessagePreference = z.infer<typeof messagePreference>;

export const NO_PREFERENCE: MessagePreference = { off: [], dailyAt: null, quietHours: [] };

export interface MessageFault {
  code: string;
  field: string;
  message: string;
}

/** What is wrong with rules that are well formed. @param kinds of messages that there are */
export function messageRuleFaults(
  { urgent, caps, escalation }: MessageRules,
  kinds: readonly string[],
): MessageFault[] {
  const faults: MessageFault[] = [];
  if (urgent.from >= urgent.until) {
    faults.push({
      code: 'MESSAGE_RULES.NO_HOURS',
      field: 'rules.urgent.until',
      message: 'The hours end before they begin.',
    });
  }
  urgent.kinds.forEach(({ kind }, i) => {
    if (kinds.includes(kind)) return;
    faults.push({
      code: 'MESSAGE_RULES.UNKNOWN_KIND',
      field: `rules.urgent.kinds.${i}.kind`,
      message: `There is no kind of message ${kind}.`,
    });
  });
  caps.units.forEach(({ unitId }, i) => {
    if (caps.units.findIndex((one) => one.unitId === unitId) === i) return;
    faults.push({
      code: 'MESSAGE_RULES.UNIT_TWICE',
      field: `rules.caps.units.${i}.unitId`,
      message: 'This unit has another cap already.',
    });
  });
  escalation.channels.forEach((one, i) => {
    if (one !== 'inbox' && escalation.channels.indexOf(one) === i) return;
    faults.push({
      code: 'MESSAGE_RULES.CHANNEL_ORDER',
      field: `rules.escalation.channels.${i}`,
      message: 'Each channel stands there once, and the inbox never: everybody has it at once.',
    });
  });
  return faults;
}

/** Time of office hours that quiet hours leave at least, in minutes: two windows. */
const LEAST_OPEN = 60;

/** What the office does not allow of somebody's choice, or what would leave them without messages. */
export function preferenceFaults(
  { off, dailyAt, quietHours }: MessagePreference,
  { choices }: Pick<MessageRules, 'choices'>,
): MessageFault[] {
  const faults: MessageFault[] = [];
  const refuse = (field: string, message: string): void => {
    faults.push({ code: 'MESSAGE_PREFERENCE.NOT_ALLOWED', field, message });
  };
  off.forEach((one, i) => {
    if (!choices.channels.includes(one)) refuse(`off.${i}`, `The office does not let you do without ${one}.`);
  });
  if (dailyAt !== null && !choices.daily) refuse('dailyAt', 'The office does not allow one digest a day.');
  if (quietHours.length > 0 && !choices.quietHours) refuse('quietHours', 'The office does not allow quiet hours.');
  const never = (field: string, message: string): void => {
    faults.push({ code: 'MESSAGE_PREFERENCE.NEVER', field, message });
  };
  if (dailyAt !== null && (dailyAt < OPENS || dailyAt > LAST_DAILY)) {
    never('dailyAt', `Messages go out from ${OPENS} to ${CLOSES}: choose a time up to ${LAST_DAILY}.`);
  }
  for (const one of new Set(quietHours.map((entry) => entry.channel))) {
    const open = openMinutes(quietHours, one, dailyAt);
    const least = dailyAt === null ? LEAST_OPEN : 1;
    if (open < least) never('quietHours', 'They leave no time in office hours in which a message could come.');
  }
  return faults;
}

const LAST_DAILY = '17:30';
const toMinutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** Minutes of office hours, from the daily digest on, that are not quiet. */
function openMinutes(quietHours: MessagePreference['quietHours'], one: string | null, dailyAt: string | null): number {
  const ofChannel = quietHours.filter((entry) => entry.channel === null || entry.channel === one);
  let open = 0;
  for (let minute = toMinutes(dailyAt ?? OPENS); minute < toMinutes(CLOSES); minute++) {
    if (!ofChannel.some((entry) => isWithin(minute, entry))) open++;
  }
  return open;
}

const isWithin = (minute: number, { from, until }: { from: string; until: string }): boolean => {
  const [start, end] = [toMinutes(from), toMinutes(until)];
  return start < end ? minute >= start && minute < end : minute >= start || minute < end;
};

/** As much of a preference as the office allows today: it may have allowed more when it was chosen. */
export function allowedPreference(
  { off, dailyAt, quietHours }: MessagePreference,
  { choices }: Pick<MessageRules, 'choices'>,
): MessagePreference {
  return {
    off: off.filter((one) => choices.channels.includes(one)),
    dailyAt: choices.daily ? dailyAt : null,
    quietHours: choices.quietHours ? quietHours : [],
  };
}

/** Whether a message does not wait for office hours (急件), should it be sent on a day. */
export function isUrgentMessage(
  { urgent }: Pick<MessageRules, 'urgent'>,
  { kind, parameters }: { kind: string; parameters: Readonly<Record<string, unknown>> },
  day: LocalDate,
): boolean {
  return urgent.kinds.some((one) => {
    if (one.kind !== kind) return false;
    if (one.colours && !one.colours.some((colour) => colour === parameters['colour'])) return false;
    if (one.dueWithinDays === undefined) return true;
    const { dueOn } = parameters;
    return typeof dueOn === 'string' && (Date.parse(dueOn) - Date.parse(day)) / 86_400_000 <= one.dueWithinDays;
  });
}

/** Whether a unit's cap never holds a message: what is urgent, supervision notices (督办单) and summonses to talks (约谈). */
export const isNeverHeld = (message: { isUrgent: boolean; kind: string; parameters: unknown }): boolean =>
  message.isUrgent ||
  (message.kind === 'follow_up' &&
    ['notice', 'talk'].includes((message.parameters as { followUpKind: string }).followUpKind));

/** How many half hours of a week the unit is written to at most; null: any number. */
export const capOf = ({ caps }: Pick<MessageRules, 'caps'>, unitId: string): number | null =>
  caps.units.find((one) => one.unitId === unitId)?.perWeek ?? caps.perUnitAndWeek;

/** Whether it is quiet, for a channel; then also when that ends, as `HH:MM`. */
export function quietUntil(
  { quietHours }: Pick<MessagePreference, 'quietHours'>,
  kind: string,
  timeOfDay: string,
): string | null {
  const now = toMinutes(timeOfDay);
  const entry = quietHours.find((one) => (one.channel ?? kind) === kind && isWithin(now, one));
  return entry?.until ?? null;
}
