import { text } from 'node:stream/consumers';
import { Transactor } from '@duban/database';
import { AccountService } from '@duban/directory';
import { systemActor } from '@duban/history';
import { onGround } from './on-ground';

/** Sets a password, as the system: how the first account of a server gets one. */
export async function setPassword(username: string): Promise<void> {
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  await onGround(async (app, { clock }) => {
    const accounts = app.get(AccountService, { strict: false });
    await app
      .get(Transactor, { strict: false })
      .run((tx) => accounts.setPassword(tx, systemActor('duban password'), clock.now(), username, password));
    process.stdout.write(`The password of ${username} is set; earlier sessions have ended.\n`);
  });
}
