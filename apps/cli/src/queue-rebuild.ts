import { QueueRebuilder } from '@duban/notifications';
import { onGround } from './on-ground';

/** Gives the queue all hints anew, and prints how many of each kind. */
export async function rebuildQueue(): Promise<void> {
  const rebuilt = await onGround((app) => app.get(QueueRebuilder, { strict: false }).rebuild());
  for (const [kind, count] of Object.entries(rebuilt)) process.stdout.write(`${kind}: ${count}\n`);
}
