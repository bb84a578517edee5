import { readPlanDocument } from '@duban/documents';
import { longPlan } from './long-plan';
import { development, type Measure } from './measure';

const TASKS = 5_000;
const QUICK_TASKS = 100;

/** A Word file of many tasks read into a draft, against mammoth's extraction of its plain text. */
export const parseMeasure: Measure = {
  name: 'parse',
  goal: 1.5,
  prepare: async (isQuick) => {
    const mammoth = await development('mammoth', () => import('mammoth'));
    const tasks = isQuick ? QUICK_TASKS : TASKS;
    const bytes = await longPlan(tasks);
    const buffer = Buffer.from(bytes);
    return {
      ours: async () => {
        const { breakdown } = await readPlanDocument({ name: 'plan.docx', bytes });
        if (breakdown.tasks.length !== tasks)
          throw new Error(`Of ${tasks} tasks ${breakdown.tasks.length} were read: the times would say nothing.`);
      },
      other: () => mammoth.extractRawText({ buffer }),
      runs: isQuick ? 3 : 9,
    };
  },
};
