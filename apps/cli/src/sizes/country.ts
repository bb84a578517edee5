import { Random } from '../chaos/random';

/** Governments of one level: how many there are, and what each has in a year. */
export interface Level {
  name: string;
  governments: number;
  /** Tasks that carry assignments: the plan's, and what comes in during the year. */
  tasks: number;
}

/** 34 provinces, 333 prefectures, 2,800 counties; tasks as plans of these levels have them, matters beside them. */
const COUNTRY: readonly Level[] = [
  { name: '省', governments: 34, tasks: 500 },
  { name: '市', governments: 333, tasks: 300 },
  { name: '县', governments: 2_800, tasks: 150 },
];

/** Of the sample plan: 216 assignments and 51 leads in 42 tasks. */
const PARTS_A_TASK = 216 / 42;
const LEADS_A_TASK = 51 / 42;

/** What is owed, in days of the year at which it takes effect, and by whom; `ladder` in days from it, with its recipients. */
interface Duty {
  owedBy: 'lead' | 'all';
  /** Days after the issue, or the day of the year. */
  due: { afterIssue: number } | { day: number };
  ladder: readonly (readonly [days: number, recipients: number])[];
}

const SIGN_FOR = [
  [0, 1],
  [1, 2],
  [4, 2],
] as const;
const THREE_COLOUR = [
  [-7, 1],
  [-1, 2],
  [1, 2],
  [4, 2],
  [8, 2],
  [14, 3],
] as const;

/** Of the annual report's rules, with days of the year in place of working days: the shape of the peaks is the same. */
const DUTIES: readonly Duty[] = [
  { owedBy: 'all', due: { afterIssue: 2 }, ladder: SIGN_FOR },
  { owedBy: 'lead', due: { day: 41 }, ladder: THREE_COLOUR },
  ...[110, 201, 293, 385].map((day): Duty => ({ owedBy: 'lead', due: { day }, ladder: THREE_COLOUR })),
  { owedBy: 'all', due: { day: 365 }, ladder: THREE_COLOUR },
];

/** The share of duties that are still open when a step comes: most are done before they are due, some late, few never. */
const OPEN_AT = (days: number): number =>
  days <= -5 ? 0.7 : days < 0 ? 0.4 : days === 0 ? 0.3 : days <= 1 ? 0.15 : days <= 4 ? 0.08 : days <= 8 ? 0.04 : 0.02;

export interface Rates {
  /** Follow-ups that one database fires in a second, all workers together (`npm run bench -- followup`). */
  followUps: number;
  /** Events that one request or firing leaves in history, and bytes that one takes with its indexes. */
  eventsADeed: number;
  bytesAnEvent: number;
}

export interface Load {
  tasks: number;
  assignments: number;
  obligations: number;
  followUps: number;
  events: number;
  messages: number;
  gigabytesAYear: number;
  /** Of one hour: what falls due at nine on the worst day. */
  worstHour: number;
  /** Minutes that one database takes for it. */
  minutesForWorstHour: number;
  /** Databases with which it is done within a quarter of an hour. */
  databasesForQuarterHour: number;
}

const QUARTER_HOUR = 15;
/** Digests by all channels of 975 follow-ups in a year of the sample that was broken at random: 586. */
const MESSAGES_A_FOLLOW_UP = 0.6;

/** What a year brings to governments of some levels, drawn at random: days of issue, what is done in time. */
export function loadOf(levels: readonly Level[], rates: Rates, random: Random): Load {
  const days = new Float64Array(430);
  let [tasks, obligations, followUps] = [0, 0, 0];
  for (const level of levels) {
    for (let i = 0; i < level.governments; i++) {
      // Plans are issued from the 5th of January to the middle of February, after the session of each congress.
      const issued = 5 + random.below(40);
      tasks += level.tasks;
      for (const { owedBy, due, ladder } of DUTIES) {
        const count = Math.round(level.tasks * (owedBy === 'lead' ? LEADS_A_TASK : PARTS_A_TASK));
        const day = 'day' in due ? due.day : issued + due.afterIssue;
        if ('day' in due && day <= issued) continue;
        obligations += count;
        for (const [offset, recipients] of ladder) {
          if (day + offset <= issued) continue;
          const open = Math.round(count * OPEN_AT(offset) * (0.8 + 0.4 * random.next()));
          days[day + offset]! += open * recipients;
          followUps += open * recipients;
        }
      }
    }
  }
  const assignments = Math.round(tasks * PARTS_A_TASK);
  const worstHour = Math.max(...days);
  // People sign for, report on and have judged each part; what is owed is handed in once.
  const deeds = assignments * 3 + obligations + followUps;
  const events = Math.round(deeds * rates.eventsADeed);
  const seconds = worstHour / rates.followUps;
  return {
    tasks,
    assignments,
    obligations,
    followUps,
    events,
    // What falls to one person in one half hour is one message of each channel; two are counted.
    messages: Math.round(followUps * MESSAGES_A_FOLLOW_UP),
    gigabytesAYear: Math.round((events * rates.bytesAnEvent) / 1e9),
    worstHour,
    minutesForWorstHour: Math.round(seconds / 6) / 10,
    databasesForQuarterHour: Math.max(1, Math.ceil(seconds / 60 / QUARTER_HOUR)),
  };
}

/** As measured on two cores (docs/performance.md, docs/reliability.md); a server has more. */
const MEASURED: Rates = { followUps: 1_400, eventsADeed: 1.4, bytesAnEvent: 2_300 };

/** Prints the load of the country as a whole, of each level, and of one government of each. */
export function tellCountry(): void {
  const province = [
    { ...COUNTRY[0]!, governments: 1 },
    { ...COUNTRY[1]!, governments: 10 },
    { ...COUNTRY[2]!, governments: 84 },
  ];
  const rows: [string, readonly Level[]][] = [
    ['the country', COUNTRY],
    ['one province with all below it', province],
    ...COUNTRY.map((level): [string, Level[]] => [`one ${level.name}`, [{ ...level, governments: 1 }]]),
  ];
  for (const [name, levels] of rows) {
    process.stdout.write(`${name}\n`);
    for (const [what, figure] of Object.entries(loadOf(levels, MEASURED, new Random(1)))) {
      process.stdout.write(`${figure.toLocaleString('en').padStart(15)}  ${what}\n`);
    }
  }
}
