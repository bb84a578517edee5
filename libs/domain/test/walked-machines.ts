import { MACHINES } from '../src';

/**
 * Which spec lets random people walk which machines against a model, by its path under `libs`. A machine that stands
 * nowhere here fails `machines.spec.ts` by its name; a transition that was not taken fails the spec that walks it.
 */
export const WALKED_BY = {
  'supervision/src/assignment.model.int-spec.ts': ['assignment'],
  'supervision/src/dealings.model.int-spec.ts': [
    'action_plan',
    'action_plan_measure',
    'report_confirmation',
    'contribution',
    'coordination',
    'application',
    'supervision_notice',
  ],
  'tasks/src/plan-import.model.int-spec.ts': ['plan_import'],
  'notifications/src/delivery.model.int-spec.ts': ['delivery'],
  'tasks/src/reorganisation.model.int-spec.ts': ['reorganisation'],
  'tasks/src/plan.model.int-spec.ts': ['plan'],
  'directory/src/office-holders.model.int-spec.ts': ['post_change', 'delegation'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type WalkingSpec = keyof typeof WALKED_BY;

/** A step of a machine as the specs write it down: `notice answer from issued`. */
export const stepOf = (machine: string, event: string, state: string): string => `${machine} ${event} from ${state}`;

/**
 * Every transition of the machines that a spec walks, from each state in which it starts, that was not taken.
 *
 * @param taken steps, each as {@link stepOf} names it
 */
export function notTaken(spec: WalkingSpec, taken: ReadonlySet<string>): string[] {
  const walked: readonly string[] = WALKED_BY[spec];
  return MACHINES.filter(({ name }) => walked.includes(name)).flatMap(({ name, transitions }) =>
    transitions.flatMap(({ on, from }) =>
      from.map((state) => stepOf(name, on, state)).filter((step) => !taken.has(step)),
    ),
  );
}
