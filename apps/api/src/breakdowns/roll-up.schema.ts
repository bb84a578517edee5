import { LIGHTS } from '@duban/reporting';
import { z } from 'zod';
import { assignmentState, textOrNull } from '../schemas';

export const light = z.enum(LIGHTS);

/** How what hangs below stands (汇总). */
export const rollUp = z.object({
  tasks: z.int(),
  byState: z.record(assignmentState, z.int()),
  leastAdvanced: assignmentState.nullable(),
  lights: z.record(light, z.int()).meta({ description: 'Each task by the worst light of it and of all below it.' }),
  nextDueAt: textOrNull,
  shareDone: z.number().meta({ description: 'Of those that are not cancelled, the share that is verified.' }),
});
