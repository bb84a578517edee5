import { text } from 'node:stream/consumers';
import { Transactor } from '@duban/database';
import { AccountService } from '@duban/directory';
import { systemActor } from '@duban/history';
import { createLog, loadConfig, NestLog } from '@duban/platform';
import { NestFactory } from '@nestjs/core';
import { GroundModule } from '../../api/src/ground.module';
import { openGround } from '../../api/src/open-ground';

/** Sets a password, as the system: how the first account of a server gets one. */
export async function setPassword(username: string): Promise<void> {
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  const config = loadConfig(process.env);
  const ground = await openGround(config);
  const app = await NestFactory.createApplicationContext(GroundModule.forRoot(ground), {
    logger: new NestLog(createLog('error')),
    abortOnError: false,
  });
  try {
    const accounts = app.get(AccountService, { strict: false });
    await app
      .get(Transactor, { strict: false })
      .run((tx) => accounts.setPassword(tx, systemActor('duban password'), ground.clock.now(), username, password));
    process.stdout.write(`The password of ${username} is set; earlier sessions have ended.\n`);
  } finally {
    await app.close();
  }
}
