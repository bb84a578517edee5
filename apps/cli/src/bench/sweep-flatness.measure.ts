import { SweepService } from '@duban/supervision';
import { type Measure, scaled } from './measure';
import { OfficeAtWork, ownDatabase, ownPostgres } from './office-at-work';

const DUE = 10_000;
const [MANY, FEW] = [10_000_000, 100_000];
const QUICK = { due: 200, many: 4_000, few: 400 };

/** One sweep of as many due rungs among very many that are pending, against the same among few. */
export const sweepFlatnessMeasure: Measure = {
  name: 'sweep-flatness',
  goal: 1.3,
  prepare: async (isQuick, scale = 1) => {
    const size = isQuick ? QUICK : { due: DUE, many: scaled(MANY, scale), few: FEW };
    const server = await ownPostgres();
    const open = async (name: string, pending: number): Promise<OfficeAtWork> =>
      OfficeAtWork.open(await ownDatabase(server, name), { due: size.due, pending });
    const many = await open('many', size.many);
    const few = await open('few', size.few);
    const sweep = async (office: OfficeAtWork): Promise<void> => {
      const { followUps } = await office.get(SweepService).run(office.clock.now());
      if (followUps !== size.due)
        throw new Error(`Of ${size.due} due rungs ${followUps} fired: the times would say nothing.`);
    };
    return {
      between: () => Promise.all([many, few].map((office) => office.duties.makeDue(size.due))),
      ours: () => sweep(many),
      other: () => sweep(few),
      runs: 5,
      warmUps: isQuick ? 0 : 1,
      close: async () => {
        await many.close();
        await few.close();
        await server.stop();
      },
    };
  },
};
