import { cpus, loadavg, totalmem } from 'node:os';

/** On what figures were measured, and when; asked before the measure, whose own load it would tell else. */
export const machine = (): string =>
  `${cpus().length} processors with load ${loadavg()[0]!.toFixed(1)}, ${Math.round(totalmem() / 1024 ** 3)} GiB, ` +
  `Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
