import { HistoryParts, type ListedPart, systemActor } from '@duban/history';
import { onGround } from './on-ground';

const MEGABYTE = 1024 * 1024;

/** Prints where each month of history lies. */
export async function listParts(isJson: boolean): Promise<void> {
  const parts = await onGround((app) => app.get(HistoryParts, { strict: false }).list());
  process.stdout.write(isJson ? `${JSON.stringify(parts)}\n` : parts.map(lineOf).join(''));
}

export async function movePart(month: string, tablespace: string): Promise<void> {
  await onGround(async (app, { clock }) => {
    await app
      .get(HistoryParts, { strict: false })
      .move(systemActor('duban history move'), clock.now(), month, tablespace);
    process.stdout.write(`${month} lies in ${tablespace}.\n`);
  });
}

export async function detachPart(month: string, folder: string): Promise<void> {
  await onGround(async (app, { clock }) => {
    const { file, events } = await app
      .get(HistoryParts, { strict: false })
      .detach(systemActor('duban history detach'), clock, month, folder);
    process.stdout.write(`${file}: ${events} events of ${month}, verified; they are no longer in the database.\n`);
  });
}

export async function attachPart(file: string): Promise<void> {
  await onGround(async (app, { clock }) => {
    const { month, events } = await app
      .get(HistoryParts, { strict: false })
      .attach(systemActor('duban history attach'), clock, file);
    process.stdout.write(`${month}: ${events} events, verified; they are in the database again.\n`);
  });
}

const lineOf = ({ month, events, bytes, tablespace, state, file }: ListedPart): string => {
  const size = bytes === null ? '–' : `${(bytes / MEGABYTE).toFixed(1)} MB`;
  const where =
    state === 'outside' ? (file ?? '') : state === 'rest' ? 'in the table for the rest' : (tablespace ?? '');
  return `${month}  ${String(events).padStart(9)} events  ${size.padStart(10)}  ${state.padEnd(7)}  ${where}\n`;
};
