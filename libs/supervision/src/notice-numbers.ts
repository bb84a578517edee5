import type { NoticeColour } from '@duban/domain';
import { takeNumbers } from '@duban/tasks';
import type { EntityManager } from 'typeorm';

const COLOUR_WORDS: Readonly<Record<NoticeColour, string>> = {
  blue: '蓝',
  yellow: '黄',
  orange: '橙',
  red: '红',
};

interface NoticeSeries {
  jurisdictionId: string;
  colour: NoticeColour;
  year: number;
}

/** A number for each notice, in the given order: 督办蓝〔2023〕1号; without gaps by jurisdiction, colour and year. */
export async function noticeNumbers(tx: EntityManager, wanted: readonly NoticeSeries[]): Promise<string[]> {
  const numbers = await takeNumbers(
    tx,
    wanted.map(({ jurisdictionId, colour, year }) => ({
      jurisdictionId,
      series: `supervision_notice.${colour}`,
      year,
    })),
  );
  return wanted.map(({ colour, year }, i) => `督办${COLOUR_WORDS[colour]}〔${year}〕${numbers[i]!}号`);
}
