import { z } from 'zod';

const share = z.number().min(0).max(100);
const days = z.int().min(1).max(366);

/** How a plan's periods get their lights (亮灯规则): data, since cities differ. */
export const lightRules = z
  .strictObject({
    /** Points of share behind the plan (序时进度): from `yellow` on yellow, above `red` red. */
    yellow: share,
    red: share,
    /** Points behind above which a report owes a reason. */
    tolerance: share,
    /** Working days behind the plan, from so many on, in place of the points (深圳: orange after 7, red from 15). */
    workingDays: z.strictObject({ yellow: days, orange: days.optional(), red: days }).optional(),
    /**
     * What is not known (缺报): the light that a period has so many months after its report was due. At once red where
     * nothing is said (UK SDC: “not known” counts as red).
     */
    missing: z
      .array(z.strictObject({ afterMonths: z.int().min(0).max(24), light: z.enum(['yellow', 'orange', 'red']) }))
      .min(1)
      .optional(),
    /**
     * What becomes of a missed period that is caught up with (补报、赶上进度): it is lit by its figures where nothing is
     * said; `yellow`: it is yellow at best, and one that was behind becomes yellow once a later period is green (瓯海);
     * `none`: what was given for the missing report stays.
     */
    catchUp: z.enum(['figures', 'yellow', 'none']).optional(),
    /**
     * Work that was to start and has not (应开未开), in place of the points: after so many periods running without a
     * reason yellow, after so many with or without one red (银川: 1 and 3).
     */
    notStarted: z.strictObject({ yellow: z.int().min(1), red: z.int().min(1) }).optional(),
  })
  .superRefine(({ yellow, red, workingDays, missing = [], notStarted }, ctx) => {
    const fault = (path: (string | number)[], message: string): void => {
      ctx.addIssue({ code: 'custom', path, message });
    };
    if (yellow > red) fault(['red'], 'red comes before yellow');
    if (workingDays) {
      const { orange = workingDays.yellow } = workingDays;
      if (orange < workingDays.yellow) fault(['workingDays', 'orange'], 'orange comes before yellow');
      if (workingDays.red < orange) fault(['workingDays', 'red'], 'red comes first');
    }
    if (notStarted && notStarted.red < notStarted.yellow) fault(['notStarted', 'red'], 'red comes before yellow');
    const colours = ['yellow', 'orange', 'red'];
    missing.forEach((step, i) => {
      const before = missing[i - 1];
      if (!before) return;
      if (step.afterMonths <= before.afterMonths) fault(['missing', i, 'afterMonths'], 'not after the step before it');
      if (colours.indexOf(step.light) <= colours.indexOf(before.light)) {
        fault(['missing', i, 'light'], `${step.light} is not worse than ${before.light} before it`);
      }
    });
  });

export type LightRules = z.infer<typeof lightRules>;

/** The share of a year's work by month (12) or by quarter (4), in percent. */
export const season = z.strictObject({
  name: z.strictObject({ zh: z.string().min(1), en: z.string().min(1) }),
  shares: z
    .array(share)
    .refine((shares) => shares.length === 12 || shares.length === 4, 'give 12 months or 4 quarters')
    .refine(
      (shares) => Math.abs(shares.reduce((sum, one) => sum + one, 0) - 100) < 1e-6,
      'the shares are not 100 together',
    ),
});

/** When a policy says nothing: 银川 (2025), 10 to 30 points behind the plan is yellow, more is red. */
export const DEFAULT_LIGHTS: LightRules = { yellow: 10, red: 30, tolerance: 10 };
