import { SelfCheckReader, ReportingModule } from '@duban/reporting';
import { onGround } from './on-ground';

/** Prints a line for each thing of which something does not hold that must always hold; exit 1 where there are any. */
export async function selfCheck(): Promise<void> {
  const { checks, findings } = await onGround(
    (app) => app.get(SelfCheckReader, { strict: false }).run(),
    [ReportingModule],
  );
  for (const { code, zh, en, count, examples } of findings) {
    for (const { id, detail } of examples) process.stdout.write(`${code} ${id} ${detail}\n`);
    if (count > examples.length) process.stdout.write(`${code} and ${count - examples.length} more\n`);
    process.stderr.write(`${code}: ${count}; it must hold that ${en} (${zh})\n`);
  }
  if (findings.length > 0) process.exitCode = 1;
  else process.stdout.write(`All ${checks} invariants hold.\n`);
}
