import { createLog, loadConfig } from '@duban/platform';
import { ApiModule } from './api.module';
import { createApi } from './application';
import { openGround } from './open-ground';

/** The api of the server size: one of several behind a proxy, the workers are processes of their own. */
async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const log = createLog(config.LOG_LEVEL);
  const ground = await openGround(config);
  const app = await createApi(ApiModule.forRoot(ground), ground, log);
  app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
  await app.listen(config.PORT, config.HOST);
  log.info({ url: await app.getUrl() }, 'duban api is ready');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
