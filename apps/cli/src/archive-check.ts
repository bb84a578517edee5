import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseNote, publicKeysIn } from '@duban/history';
import { type ArchiveOutside, type ArchiveVerdict, checkArchive, CHECKS, UnreadablePackage } from '@duban/reporting';

const FAULTY = 1;
/** Exit code for what cannot be read. */
const UNREADABLE = 2;
const OUTCOMES = {
  holds: ['合格', 'holds', '✓'],
  fails: ['不合格', 'does not hold', '✗'],
  doubtful: ['存疑', 'doubtful', '?'],
  not_looked_at: ['未检测', 'not looked at', '-'],
} as const;

export interface ArchiveCheckOptions {
  checkpoint?: string;
  key?: string[];
  history?: string;
  clamd?: string;
  json?: boolean;
}

/** Runs the four checks (四性检测); prints what holds and what does not, and sets the exit code: 0, 1, or 2 for what cannot be read. */
export async function archiveCheck(file: string, options: ArchiveCheckOptions): Promise<void> {
  try {
    const verdict = await checkArchive(file, await outsideOf(options));
    process.stdout.write(options.json ? `${JSON.stringify(verdict)}\n` : wordsOf(file, verdict));
    if (!verdict.isSound) process.exitCode = FAULTY;
  } catch (error) {
    if (!(error instanceof UnreadablePackage)) throw error;
    process.exitCode = UNREADABLE;
    process.stderr.write(`${file}: ${error.message}\n`);
  }
}

/** @throws UnreadablePackage that names the file */
async function outsideOf({ checkpoint, key, history, clamd }: ArchiveCheckOptions): Promise<ArchiveOutside> {
  const scanner = clamd ?? process.env['DUBAN_CLAMD'];
  const outside: ArchiveOutside = scanner === undefined ? {} : { clamd: scanner };
  if (scanner !== undefined && !URL.canParse(scanner)) {
    throw new UnreadablePackage(`--clamd takes tcp://host:3310 or unix:///run/clamav/clamd.ctl, not ${scanner}.`);
  }
  if (checkpoint !== undefined) {
    const note = parseNote((await textIn(checkpoint)).replaceAll('\r\n', '\n'));
    if (!note) throw new UnreadablePackage(`${checkpoint} is no checkpoint: keep the whole note, with its last line.`);
    outside.checkpoint = note;
  }
  if (key !== undefined) {
    const pems = await Promise.all(key.map(textIn));
    try {
      outside.keys = pems.flatMap(publicKeysIn);
    } catch (error) {
      throw new UnreadablePackage(`--key takes public keys of Ed25519 in PEM (${(error as Error).message}).`);
    }
  }
  if (history !== undefined) outside.bundle = () => createReadStream(history);
  return outside;
}

const textIn = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new UnreadablePackage(`${file} cannot be read (${(error as Error).message}).`);
  });

/** In Chinese and in English, a line each. */
function wordsOf(file: string, { title, planId, checks, isSound }: ArchiveVerdict): string {
  const lines = [`${file}: 《${title ?? ''}》 ${planId ?? ''}`];
  for (const { check, outcome, criteria } of checks) {
    const [zh, en] = OUTCOMES[outcome];
    lines.push('', `${CHECKS[check].zh} ${CHECKS[check].en}: ${zh} ${en}`);
    for (const { outcome: found, faults, why, ...words } of criteria) {
      const [own, , sign] = OUTCOMES[found];
      lines.push(`  ${sign} ${words.zh}：${own}`, `    ${words.en}: ${OUTCOMES[found][1]}`);
      for (const fault of faults) lines.push(`      ${fault.zh} (${fault.code})`, `      ${fault.en}`);
      if (why) lines.push(`      ${why.zh}`, `      ${why.en}`);
    }
  }
  lines.push('', isSound ? '结论：通过 (sound)' : '结论：不通过 (not sound)', '');
  return lines.join('\n');
}
