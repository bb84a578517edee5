import { ServerSize } from './server-size';
import { passStory, STORY_BEGINS } from './told-story';

const say = (line: string): void => void process.stdout.write(`  ${line}\n`);

/**
 * Brings a size up on this machine, uses it from a document to a verified task, and ends all that it started.
 * @throws Error with one sentence where it does not come up or something is not as it must be
 */
export async function tryServer(): Promise<void> {
  const begun = Date.now();
  process.stdout.write('server: 2 apis behind haproxy, 2 workers, Postgres, Redis\n');
  const size = await ServerSize.begin({ clock: STORY_BEGINS });
  try {
    say(`ready after ${seconds(begun)} s`);
    const passed = await passStory(size.url, size.password, size.home, say);
    for (const [what, count] of Object.entries(passed)) process.stdout.write(`${String(count).padStart(7)}  ${what}\n`);
    process.stdout.write(`The server size passed, in ${seconds(begun)} s.\n`);
  } finally {
    await size.end();
  }
}

const seconds = (since: number): number => Math.round((Date.now() - since) / 1000);
