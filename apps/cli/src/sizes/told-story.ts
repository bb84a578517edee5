import { createWriteStream } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { ROOT } from './root';

/** Of the story that the tests tell; it knows nothing of the code. */
interface StoryModule {
  tellStory(options: {
    url: string;
    password: string;
    material: unknown;
    say: (line: string) => void;
  }): Promise<{ planId: string; followUps: number; notices: number }>;
}
interface ProductModule {
  storyMaterial(): unknown;
}

/** The clock at which the story begins. */
export const STORY_BEGINS = '2023-01-12T09:00:00+08:00';

/**
 * The main job from a document to a verified task over HTTP, then the history, exported by the auditor and verified offline.
 * @returns what passed, in figures
 * @throws AssertionError or Error where something is not as it must be
 */
export async function passStory(
  url: string,
  password: string,
  home: string,
  say: (line: string) => void,
): Promise<Record<string, number>> {
  const load = (name: string): Promise<unknown> => import(pathToFileURL(join(ROOT, 'apps/cli/test', name)).href);
  const story = (await load('story.mjs')) as StoryModule;
  const product = (await load('product.mjs')) as ProductModule;
  const { followUps, notices } = await story.tellStory({ url, password, material: product.storyMaterial(), say });
  say('the history is exported and verified');
  const bundle = await exportHistory(url, password, join(home, 'history.jsonl'));
  return { followUps, notices, events: verifyHistory(bundle) };
}

/** The whole history as the auditor gets it. @returns the file */
export async function exportHistory(url: string, password: string, file: string): Promise<string> {
  const signedIn = await fetch(`${url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'auditor', password }),
  });
  const { token } = (await signedIn.json()) as { token: string };
  const answer = await fetch(`${url}/api/v1/history/export`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok || !answer.body) throw new Error(`the history was not exported: ${answer.status}`);
  await pipeline(Readable.fromWeb(answer.body as never), createWriteStream(file));
  return file;
}

/** @returns how many events it holds. @throws Error with what `duban history verify` finds wrong */
export function verifyHistory(bundle: string): number {
  const cli = join(ROOT, 'dist/apps/cli/src/main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'history', 'verify', bundle], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`duban history verify: ${stdout}${stderr}`);
  const events = /(\d+) events/.exec(stdout)?.[1];
  if (events === undefined) throw new Error(`duban history verify says nothing of events: ${stdout}`);
  return Number(events);
}
