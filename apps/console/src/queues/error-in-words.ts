import type { TFunction } from 'i18next';
import { problemText } from '../problem/problem-text';

/** A refusal by its code, as the workers write it. */
const REFUSAL = /^([A-Z_]+\.[A-Z0-9_]+): (.*)$/s;
/** What machines say, and which words it has: the first that fits. */
const SAID: readonly (readonly [RegExp, 'stalled' | 'unknownJob' | 'badPayload' | 'line' | 'slow' | 'full'])[] = [
  [/stalled more than/i, 'stalled'],
  [/has no job /, 'unknownJob'],
  [/carries what it should not/, 'badPayload'],
  [/ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH|EPIPE|Connection terminated/, 'line'],
  [/ETIMEDOUT|timeout|no answer within/i, 'slow'],
  [/ENOSPC|disk full/i, 'full'],
];

/** Why a job failed, in plain words; where there are none, what the machine said. */
export function errorInWords(error: string, t: TFunction<['admin', 'console', 'problems']>): string {
  const [, code, detail] = REFUSAL.exec(error) ?? [];
  if (code !== undefined && detail !== undefined) {
    return problemText({ type: 'about:blank', title: detail, status: 409, code, detail } as Parameters<
      typeof problemText
    >[0]);
  }
  const known = SAID.find(([pattern]) => pattern.test(error));
  return known ? t(`admin:queues.errors.${known[1]}`) : t('admin:queues.errors.other', { error: error || '–' });
}
