import { buffer } from 'node:stream/consumers';
import { BounceMailbox } from '@duban/notifications';
import { onGround } from './on-ground';

/** Records one mail from standard input, as a mail server pipes it, and prints what became of it. */
export async function receiveBounce(): Promise<void> {
  const source = await buffer(process.stdin);
  const outcome = await onGround((app) => app.get(BounceMailbox, { strict: false }).receive(source));
  process.stdout.write(`${outcome}\n`);
}
