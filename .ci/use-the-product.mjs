// Starts duban by the commands of the README and uses it once over HTTP: the sample's year with the commands that the
// start prints, then the main job from a document to a verified task.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProduct, storyMaterial } from '../apps/cli/test/product.mjs';
import { tellStory } from '../apps/cli/test/story.mjs';

const write = (line) => process.stdout.write(`${line}\n`);
const say = (line) => write(`  ${line}`);
const scratch = mkdtempSync(join(tmpdir(), 'duban-use-'));

/** Processes whose command line names the folder: the product's database, if it was left behind. */
const leftIn = (home) =>
  execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(home) && !line.includes('ps -eo'));

async function withProduct(name, args, env, use) {
  const home = join(scratch, name);
  const started = Date.now();
  const product = await startProduct({
    command: ['npm', 'start', '--', ...args],
    env: { PORT: '0', DATABASE_URL: '', REDIS_URL: '', ...env, DUBAN_HOME: home },
  });
  say(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  try {
    await use(product);
  } finally {
    const code = await product.stop();
    assert.ok(code === 0, `npm start ended with ${code}`);
    assert.deepEqual(leftIn(home), [], 'no process is left behind');
  }
}

async function tryPrintedCommands(product) {
  const printed = product
    .output()
    .split('\n')
    .filter((line) => /^ {2}(TOKEN=|curl )/.test(line));
  assert.equal(printed.length, 3, 'three commands to try');
  const answers = execFileSync('bash', ['-ec', printed.join('\necho\n')], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const dashboard = JSON.parse(answers.at(-2));
  const notices = JSON.parse(answers.at(-1));
  say(`the sample's board: ${JSON.stringify(dashboard.tasks)}, ${dashboard.obligations.overdue} overdue`);
  assert.ok(notices.items.length > 0 && notices.items.every((notice) => notice.colour === 'red'));
  return dashboard;
}

try {
  write('the sample, first start');
  let before;
  await withProduct('sample', [], {}, async (product) => {
    before = await tryPrintedCommands(product);
  });
  write('the sample, second start');
  await withProduct('sample', [], {}, async (product) => {
    assert.deepEqual((await tryPrintedCommands(product)).assignments, before.assignments, 'the data is kept');
  });
  write('the main job, from a document to a verified task');
  const held = join(scratch, 'held');
  const env = {
    DUBAN_CLOCK: '2023-01-12T09:00:00+08:00',
    DUBAN_DEMO_PASSWORD: 'story-password',
    DUBAN_CHECKPOINTS_TO: `file://${held}`,
  };
  await withProduct('story', ['--empty'], env, async ({ url }) => {
    const told = await tellStory({ url, password: 'story-password', material: storyMaterial(), say });
    say(`${told.followUps} follow-ups and ${told.notices} notices, each once`);
  });
  const [checkpoint] = readdirSync(held);
  assert.match(readFileSync(join(held, checkpoint), 'utf8'), /^duban\.history\/\S+\n\d+\n/);
  say(`a checkpoint was handed outside: ${checkpoint}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
