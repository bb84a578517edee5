import { readFile } from 'node:fs/promises';
import { type Breakdown, decodeText, readBreakdown } from '@duban/breakdown';

/**
 * Prints what the reader makes of each file: with `asJson` one JSON object a line, else a summary for people. A file
 * that cannot be read gets a line on standard error and makes the exit code 2; the others are still done.
 */
export async function parse(files: readonly string[], { asJson }: { asJson: boolean }): Promise<void> {
  for (const file of files) {
    try {
      const { text } = decodeText(await readFile(file));
      const breakdown = readBreakdown(text);
      await print(asJson ? JSON.stringify({ file, ...breakdown }) : summary(file, breakdown));
    } catch (error) {
      process.stderr.write(`${file}: ${plain(error)}\n`);
      process.exitCode = 2;
    }
  }
}

/** Waits where the reader of a pipe is slow, so that a long list does not pile up in memory. */
async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}

function summary(file: string, { title, tasks, warnings }: Breakdown): string {
  const lines = [`${file}: ${title ?? '(no title)'}, ${tasks.length} tasks, ${warnings.length} warnings`];
  for (const task of tasks) {
    const leads = task.lead.length > 0 ? task.lead.join('、') : '(none named)';
    lines.push(`  ${task.number ?? '-'}  ${leads}  ${[...task.content].slice(0, 40).join('')}`);
  }
  for (const { code, line, message } of warnings) lines.push(`  line ${line}: ${message} (${code})`);
  return lines.join('\n');
}

function plain(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'this is a folder, not a file';
  if (code === 'EACCES') return 'the file may not be read';
  return message ?? String(error);
}
