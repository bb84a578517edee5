import fc from 'fast-check';
import { actOnSample } from './cases';
import { Contract } from './contract';
import { Edge, useEdge } from './edge';
import { addressOf, idsOf, sentOf, type Shot, shots } from './fuzz-shots';
import { FuzzTable } from './fuzz-table';

/** By `npm run fuzz`, which asks for more and wants to see how far it is. */
const IS_ASKED = process.env.FUZZ_REQUESTS !== undefined;
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 300);
/** Each run has one of its own, which a failure names. */
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Whatever is changed on the way is forgotten after so many: they begin on a fresh database. */
const REQUESTS_A_ROUND = 5_000;
/** Made at a time, to hold few of them. */
const LUMP = 250;

const rounds = Array.from({ length: Math.ceil(REQUESTS / REQUESTS_A_ROUND) }, (_, round) => ({
  round: round + 1,
  requests: Math.min(REQUESTS_A_ROUND, REQUESTS - round * REQUESTS_A_ROUND),
  seed: SEED + round * 1_000,
}));

describe(`Whatever is sent, with seed ${SEED}`, () => {
  const table = new FuzzTable();

  afterAll(() => {
    if (process.env.FUZZ_REQUESTS !== undefined) process.stdout.write(table.text(SEED));
  });

  describe.each(rounds)('in round $round', ({ requests, seed }) => {
    let contract: Contract;
    const edge = useEdge(async (database) => {
      const opened = await (await Edge.open(database)).issue();
      await actOnSample(opened);
      await opened.draft();
      contract = await Contract.of(opened);
      table.know(contract.operations.map(({ name }) => name));
      return opened;
    });

    it(
      `the answer is a promised one, ${requests} times`,
      async () => {
        const before = table.faults.length;
        for (let done = 0; done < requests; done += LUMP) {
          const numRuns = Math.min(LUMP, requests - done);
          // What the last ones made can be asked for.
          const made = shots(contract, await idsOf((sql) => edge().query(sql)));
          for (const shot of fc.sample(made, { numRuns, seed: seed + done / LUMP })) await fire(shot);
        }
        if (IS_ASKED) process.stdout.write(table.soFar(REQUESTS));
        expect(table.faults.slice(before)).toEqual([]);
        // The shots are worth something only as long as many of them hit.
        expect(table.good).toBeGreaterThan(table.requests / 20);
      },
      requests * 1_000 + 60_000,
    );

    async function fire(shot: Shot): Promise<void> {
      const operation = contract.operations.find(({ name }) => name === shot.operation)!;
      const caller = await callerOf(shot);
      const answer = await caller.ask(operation.method, addressOf(operation, shot), sentOf(shot));
      // Said of a machine without LibreOffice, and promised; everything else of the kind is a fault.
      const isWithoutOffice = answer.status === 503 && answer.text.includes('DOCUMENT.PDF_NEEDS_LIBREOFFICE');
      const found =
        answer.status >= 500 && !isWithoutOffice
          ? [`${operation.name}: ${answer.text}`]
          : contract.faultsIn(operation, answer).map((fault) => `${fault}; in ${answer.text.slice(0, 300)}`);
      table.count(operation.name, answer.status, found, shot);
    }

    function callerOf({ operation, username }: Shot): Promise<ReturnType<Edge['nobody']>> {
      if (username === null) return Promise.resolve(edge().nobody());
      // Who signs out does so from a session of their own: all others go on.
      return operation === 'DELETE /sessions/current' ? edge().signIn(username) : edge().as(username);
    }
  });
});
