import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DomainError } from '@duban/kernel';
import { problem } from './problems';
import { isZip } from './zip';

const PROGRAMS = ['soffice', 'libreoffice'];
const MOST_MS = 90_000;
/** Each takes a core and some hundred megabytes. */
const MOST_AT_ONCE = 2;
/** More that wait are told to come again. */
const MOST_WAITING = 50;

/** What a file is made into: LibreOffice's name of it, and by what its beginning shows that it was made. */
interface Target {
  filter: string;
  ending: string;
  isMade: (bytes: Uint8Array) => boolean;
}
const WORD: Target = { filter: 'docx:MS Word 2007 XML', ending: 'docx', isMade: isZip };
const PDF: Target = {
  filter: 'pdf:writer_pdf_Export',
  ending: 'pdf',
  isMade: (bytes) => Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-',
};

/**
 * A Word file of today made of an old one by LibreOffice.
 * @throws DomainError DOCUMENT.NEEDS_LIBREOFFICE, DOCUMENT.TOO_HARD, DOCUMENT.BROKEN, DOCUMENT.STOPPED, DOCUMENT.BUSY
 */
export async function convert(
  bytes: Uint8Array,
  ending: string,
  signal?: AbortSignal,
  programs = PROGRAMS,
): Promise<Uint8Array> {
  const made = await inTurn(() => make(bytes, ending, WORD, programs, signal), signal);
  if (made === 'missing')
    throw problem(
      'DOCUMENT.NEEDS_LIBREOFFICE',
      'This kind of file is read with LibreOffice, which is not installed (Debian: apt-get install libreoffice-writer-nogui): install it, or save the file as .docx.',
    );
  return made;
}

/**
 * A PDF of a Word file.
 * @throws DomainError unavailable DOCUMENT.PDF_NEEDS_LIBREOFFICE; DOCUMENT.TOO_HARD, DOCUMENT.BROKEN, DOCUMENT.STOPPED,
 *   DOCUMENT.BUSY
 */
export async function wordToPdf(bytes: Uint8Array, signal?: AbortSignal, programs = PROGRAMS): Promise<Uint8Array> {
  const made = await inTurn(() => make(bytes, 'docx', PDF, programs, signal), signal);
  if (made === 'missing')
    throw new DomainError(
      'unavailable',
      'DOCUMENT.PDF_NEEDS_LIBREOFFICE',
      'PDF is made with LibreOffice, which is not installed here (Debian: apt-get install libreoffice-writer-nogui fonts-noto-cjk): take the .docx, or have it installed.',
    );
  return made;
}

/** The fonts of official papers, and what stands in for them where they are not installed; letters and all. */
const STAND_INS: Readonly<Record<string, readonly string[]>> = {
  'Noto Serif CJK SC': [
    '仿宋',
    '仿宋_GB2312',
    'FangSong',
    '宋体',
    'SimSun',
    '新宋体',
    '方正小标宋简体',
    '方正小标宋_GBK',
    '楷体',
    '楷体_GB2312',
    'KaiTi',
  ],
  'Noto Sans CJK SC': ['黑体', 'SimHei', '微软雅黑', 'Microsoft YaHei', '等线', 'DengXian'],
};
const FONTS = [
  '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>',
  '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>',
  ...Object.entries(STAND_INS).flatMap(([standIn, fonts]) =>
    fonts.map(
      (font) =>
        `<match target="pattern"><test name="family" qual="any"><string>${font}</string></test><edit name="family" mode="append" binding="same"><string>${standIn}</string></edit></match>`,
    ),
  ),
  '</fontconfig>',
].join('\n');

let running = 0;
const waiting: (() => void)[] = [];

/** Two at most at once; the others wait in their order. */
async function inTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (running >= MOST_AT_ONCE) {
    if (waiting.length >= MOST_WAITING)
      throw new DomainError('unavailable', 'DOCUMENT.BUSY', 'Too many files are being converted; try again soon.');
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        waiting.splice(waiting.indexOf(take), 1);
        reject(stopped());
      };
      const take = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      waiting.push(take);
      signal?.addEventListener('abort', stop, { once: true });
    });
  } else running++;
  try {
    return await work();
  } finally {
    // Whoever waited longest has the place at once, so that nobody slips in between.
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

const stopped = (): DomainError => problem('DOCUMENT.STOPPED', 'The reading was stopped.');

/** Each conversion has a profile of its own, since two on one write nothing. */
async function make(
  bytes: Uint8Array,
  from: string,
  { filter, ending, isMade }: Target,
  programs: readonly string[],
  signal?: AbortSignal,
): Promise<Uint8Array | 'missing'> {
  const folder = await mkdtemp(join(tmpdir(), 'duban-convert-'));
  try {
    const source = join(folder, `source.${from}`);
    await writeFile(source, bytes);
    const flags = [
      '--headless',
      '--norestore',
      '--nolockcheck',
      `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`,
    ];
    const fonts = join(folder, 'fonts.conf');
    await writeFile(fonts, FONTS);
    const out = join(folder, 'made');
    const args = [...flags, '--convert-to', filter, '--outdir', out, source];
    let end: End = 'missing';
    for (const program of programs)
      if (end === 'missing') end = await run(program, args, { FONTCONFIG_FILE: fonts }, signal);
    if (end === 'missing') return 'missing';
    if (end === 'stopped') throw stopped();
    if (end === 'late') throw problem('DOCUMENT.TOO_HARD', 'The file takes too long to convert: save it as .docx.');
    const made = await readFile(join(out, `source.${ending}`)).catch(() => null);
    // It ends well, too, where it could make nothing of the file.
    if (!made || !isMade(made))
      throw problem('DOCUMENT.BROKEN', 'The file is damaged or cut off: open it in its program and save it again.');
    return new Uint8Array(made);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type End = 'done' | 'late' | 'stopped' | 'missing';

/** Runs the program in a group of its own, so that all of it can be ended. */
function run(
  program: string,
  args: string[],
  env: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<End> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true, env: { ...process.env, ...env } });
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
