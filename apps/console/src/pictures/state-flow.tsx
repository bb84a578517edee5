import { useQuery } from '@tanstack/react-query';
import { Spin } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Flow, FlowArc } from './flow-layout';
import { Picture } from './picture';

/** Machines whose states and events have words. */
export type FlowName = 'assignment' | 'supervision_notice' | 'application' | 'plan' | 'delivery';
const WORDS: Readonly<Record<FlowName, readonly [states: string, events: string]>> = {
  assignment: ['assignment', 'assignmentEvent'],
  supervision_notice: ['notice', 'noticeEvent'],
  application: ['application', 'flowEvent'],
  plan: ['plan', 'flowEvent'],
  delivery: ['delivery', 'flowEvent'],
};
export const FLOWS = Object.keys(WORDS) as readonly FlowName[];

const BOX = { width: 96, height: 36, gap: 62 };
const STEP = BOX.width + BOX.gap;
const RISE = 34;

/** A flow of states (流程), drawn from the machine that the server runs; where something stands is marked. */
export function StateFlow({ machine, current }: { machine: FlowName; current?: string | null }) {
  const { t } = useTranslation(['pictures', 'terms']);
  const { data: flow } = useQuery({
    queryKey: ['flow', machine],
    staleTime: Infinity,
    queryFn: async (): Promise<Flow> => {
      const [{ MACHINES }, { flowOf }] = await Promise.all([import('@duban/domain'), import('./flow-layout')]);
      return flowOf(MACHINES.find(({ name }) => name === machine) as unknown as Parameters<typeof flowOf>[0]);
    },
  });
  const [stateWords, eventWords] = WORDS[machine];
  const say = (area: string, word: string): string =>
    (t as unknown as (key: string, how: object) => string)(
      area === 'flowEvent' ? `flow.event.${word}` : `terms:${area}.${word}`,
      { defaultValue: word.replaceAll('_', ' ') },
    );
  if (!flow) return <Spin className="page-loading" />;
  const state = (name: string): string => say(stateWords, name);
  const events = (arc: FlowArc): string => arc.events.map((event) => say(eventWords, event)).join(' · ');
  const title = t(`flow.name.${machine}`);
  return (
    <Picture
      title={title}
      summary={t('flow.summary', {
        states: flow.states.map(state).join(t('flow.comma')),
        current: current ? t('flow.current', { state: state(current) }) : '',
      })}
      table={{
        heads: [t('flow.from'), t('flow.by'), t('flow.to')],
        rows: [
          ...flow.arcs.map((arc) => [state(arc.from), events(arc), state(arc.to)]),
          ...Object.entries(flow.marks).map(([from, marks]) => [
            state(from),
            marks.map((event) => say(eventWords, event)).join(' · '),
            state(from),
          ]),
        ],
      }}
    >
      <Drawing flow={flow} state={state} events={events} current={current ?? null} title={title} />
    </Picture>
  );
}

function Drawing({
  flow: { states, arcs },
  state,
  events,
  current,
  title,
}: {
  flow: Flow;
  state: (name: string) => string;
  events: (arc: FlowArc) => string;
  current: string | null;
  title: string;
}) {
  const placed = arcs.map((arc) => {
    const [a, b] = [states.indexOf(arc.from), states.indexOf(arc.to)];
    return { arc, a, b, distance: Math.abs(a - b), isForward: b > a };
  });
  const depth = (isForward: boolean): number =>
    Math.max(0, ...placed.filter((one) => one.isForward === isForward).map(({ distance }) => distance));
  const top = 20 + depth(true) * RISE;
  const height = top + BOX.height + 24 + depth(false) * RISE;
  const width = states.length * STEP - BOX.gap + 16;
  const middle = (at: number): number => 8 + at * STEP + BOX.width / 2;
  return (
    <div className="state-flow-place" tabIndex={0} role="region" aria-label={title}>
      <svg
        className="state-flow"
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={title}
      >
        <defs>
          <marker id="flow-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
            <path className="arrow-head" d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        {placed.map(({ arc, a, b, distance, isForward }) => {
          const base = isForward ? top : top + BOX.height;
          const turn = isForward ? -1 : 1;
          const [x1, x2] = [middle(a) + (isForward ? 14 : -14), middle(b) + (isForward ? -14 : 14)];
          const reach = base + turn * distance * RISE * 1.25;
          return (
            <g key={`${arc.from} ${arc.to}`}>
              <path d={`M${x1} ${base}C${x1} ${reach} ${x2} ${reach} ${x2} ${base}`} markerEnd="url(#flow-arrow)" />
            </g>
          );
        })}
        {placed.map(({ arc, a, b, distance, isForward }) => (
          <text
            key={`${arc.from} ${arc.to}`}
            className="event"
            x={(middle(a) + middle(b)) / 2}
            y={isForward ? top - distance * RISE * 0.94 - 3 : top + BOX.height + distance * RISE * 0.94 + 12}
          >
            {events(arc)}
          </text>
        ))}
        {states.map((name, at) => (
          <g key={name} className={[name === current && 'is-current'].filter(Boolean).join(' ')}>
            <rect x={middle(at) - BOX.width / 2} y={top} width={BOX.width} height={BOX.height} rx="5" />
            <text x={middle(at)} y={top + BOX.height / 2 + 5}>
              {state(name)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
