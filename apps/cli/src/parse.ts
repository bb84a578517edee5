import { readFile } from 'node:fs/promises';
import type { Breakdown, DraftTask } from '@duban/breakdown';
import { readPlanDocument } from '@duban/documents';

/**
 * Prints what the reader makes of each file: with `asJson` one JSON object a line, else a summary for people. A file
 * that cannot be read gets a line on standard error and makes the exit code 2; the others are still done.
 */
export async function parse(files: readonly string[], { asJson }: { asJson: boolean }): Promise<void> {
  const progress = new ProgressLine(files.length);
  for (const [index, file] of files.entries()) {
    let report: string;
    try {
      progress.show(index, file);
      const onProgress = (done: number, total: number): void => progress.show(index, file, done, total);
      const { breakdown } = await readPlanDocument({ name: file, bytes: await readFile(file) }, { onProgress });
      progress.clear();
      report = asJson ? JSON.stringify(toLine(file, breakdown)) : summary(file, breakdown);
    } catch (error) {
      progress.clear();
      process.stderr.write(`${file}: ${plain(error)}\n`);
      process.exitCode = 2;
      continue;
    }
    if (!(await print(report))) return;
  }
}

/** What others rely on: these keys and no others. What the reader tells besides is for the review of a draft. */
function toLine(file: string, { title, documentNumber, leftOut, tasks, warnings }: Breakdown): object {
  return {
    file,
    title,
    documentNumber,
    leftOut,
    tasks: tasks.map(withoutMarks),
    warnings: warnings.map(({ code, line, message }) => ({ code, line, message })),
  };
}

function withoutMarks({ marks: _marks, subtasks, ...task }: DraftTask): object {
  return { ...task, subtasks: subtasks.map(withoutMarks) };
}

/** A line on a terminal that says which of many files is read, and how far; nothing where nobody looks on. */
class ProgressLine {
  private readonly isShown = process.stderr.isTTY;

  constructor(private readonly files: number) {}

  show(index: number, file: string, done?: number, total?: number): void {
    if (!this.isShown) return;
    const within = total !== undefined && total > 1 ? `, ${done ?? 0} of ${total}` : '';
    process.stderr.write(`\r\u001b[K[${index + 1}/${this.files}] ${file}${within}`);
  }

  clear(): void {
    if (this.isShown) process.stderr.write('\r\u001b[K');
  }
}

/**
 * Waits where the reader of a pipe is slow, so that a long list does not pile up in memory.
 * @returns false where nobody reads any more, as after `| head`
 */
function print(line: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => {
      if (!error) resolve(true);
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') resolve(false);
      else reject(new Error(`Standard output cannot be written (${error.message}): make room, and parse again.`));
    });
  });
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
