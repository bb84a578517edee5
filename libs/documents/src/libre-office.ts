import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { problem } from './problems';
import { isZip } from './zip';

const PROGRAMS = ['soffice', 'libreoffice'];
const MOST_MS = 90_000;

/**
 * A Word file of today made of an old one by LibreOffice. Each conversion has a profile of its own, since two on one
 * write nothing.
 * @throws DomainError DOCUMENT.NEEDS_LIBREOFFICE, DOCUMENT.TOO_HARD, DOCUMENT.BROKEN, DOCUMENT.STOPPED
 */
export async function convert(
  bytes: Uint8Array,
  ending: string,
  signal?: AbortSignal,
  programs = PROGRAMS,
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'duban-convert-'));
  try {
    const source = join(folder, `source.${ending}`);
    await writeFile(source, bytes);
    const flags = [
      '--headless',
      '--norestore',
      '--nolockcheck',
      `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`,
    ];
    const args = [...flags, '--convert-to', 'docx:MS Word 2007 XML', '--outdir', folder, source];
    let end: End = 'missing';
    for (const program of programs) if (end === 'missing') end = await run(program, args, signal);
    if (end === 'missing')
      throw problem(
        'DOCUMENT.NEEDS_LIBREOFFICE',
        'This kind of file is read with LibreOffice, which is not installed (Debian: apt-get install libreoffice-writer-nogui): install it, or save the file as .docx.',
      );
    if (end === 'stopped') throw problem('DOCUMENT.STOPPED', 'The reading was stopped.');
    if (end === 'late') throw problem('DOCUMENT.TOO_HARD', 'The file takes too long to convert: save it as .docx.');
    const made = await readFile(join(folder, 'source.docx')).catch(() => null);
    // It ends well, too, where it could make nothing of the file.
    if (!made || !isZip(made))
      throw problem('DOCUMENT.BROKEN', 'The file is damaged or cut off: open it in its program and save it again.');
    return new Uint8Array(made);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type End = 'done' | 'late' | 'stopped' | 'missing';

/** Runs the program in a group of its own, so that all of it can be ended. */
function run(program: string, args: string[], signal?: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    const finish = (end: End): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve(end);
    };
    const stop = (): void => {
      kill();
      finish('stopped');
    };
    const timer = setTimeout(() => {
      kill();
      finish('late');
    }, MOST_MS);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
    child.once('error', () => finish('missing'));
    child.once('exit', () => finish('done'));
  });
}
