import type { KeyObject } from 'node:crypto';
import { cutLines, type SignedCheckpoint, UnreadableBundle, verifyBundle, wholeLinesOf } from '@duban/history';
import type { Findings } from './findings';
import { PLACES } from './package-layout';

/** What the checker has from outside of the package, and what it may use. */
export interface Outside {
  /** A checkpoint that was handed out earlier. */
  checkpoint?: SignedCheckpoint;
  /** Keys that are trusted; without them the package's own are believed. */
  keys?: readonly KeyObject[];
  /** The bytes of a bundle of the whole history. */
  bundle?: () => AsyncIterable<Buffer>;
  /** Where clamd is, as `DUBAN_CLAMD` says it. */
  clamd?: string;
}

/** With the checkpoint and the keys. */
export function compareOutside(findings: Findings, outside: Outside, signed: SignedCheckpoint | null): void {
  const { checkpoint, keys } = outside;
  if (!checkpoint && !keys) {
    findings.skip(
      'compared_outside',
      '没有与外部比对：请用 --checkpoint 和 --key 给出所持有的存证和公钥',
      'nothing from outside was compared: give the checkpoint and the keys that you hold by --checkpoint and --key',
    );
    return;
  }
  const own = signed?.checkpoint;
  const held = checkpoint?.checkpoint;
  if (!held || !own) return;
  const isOfSameTree = held.size === own.size && held.hash === own.hash;
  if (held.origin !== own.origin)
    findings.fault('outside_differs', PLACES.checkpoint, `${held.origin} / ${own.origin}`);
  else if (isOfSameTree && !held.root.equals(own.root)) {
    findings.fault('outside_differs', PLACES.checkpoint, `根不同 another root, ${own.size}`);
  } else if (!isOfSameTree && !outside.bundle) {
    findings.skip(
      'compared_outside',
      `所持有的存证（第 ${held.number} 号）不是包内的（第 ${own.number} 号），请用 --history 给出留痕包以便比对`,
      `the checkpoint that you hold (${held.number}) is another than the package’s (${own.number}): give a bundle by --history to compare them`,
    );
  }
}

/** With a bundle of the whole history, that none of the plan's records is left out and none is added. */
export async function compareBundle(
  findings: Findings,
  { bundle, checkpoint, keys }: Outside,
  { planId, signed, indexes }: { planId: string; signed: SignedCheckpoint | null; indexes: ReadonlySet<number> },
): Promise<void> {
  if (!bundle) {
    findings.skip(
      'records_of_bundle',
      '没有给出留痕包（--history），只能证明包内的记录属实，不能证明没有遗漏',
      'no bundle of history was given (--history): the records are proved, and not that none is left out',
    );
    return;
  }
  const size = signed?.checkpoint.size ?? 0;
  const missing = new Set(indexes);
  const left: number[] = [];
  const mark = Buffer.from(`"planId":${JSON.stringify(planId)}`);
  const watched = async function* (): AsyncGenerator<Buffer> {
    for await (const { head, body } of wholeLinesOf(bundle())) {
      for (const { line } of cutLines({ head, body })) {
        if (!line.includes(mark)) continue;
        const { index, event } = JSON.parse(line.toString()) as { index: number; event: { planId?: string } | null };
        if (event?.planId === planId && index < size && !missing.delete(index)) left.push(index);
      }
      yield Buffer.concat([head, body]);
    }
  };
  try {
    const held = [signed, checkpoint].flatMap((one) => one ?? []);
    const verdict = await verifyBundle(watched(), { held, ...(keys ? { keys } : {}) });
    if ('fault' in verdict) findings.fault('bundle_differs', null, `${verdict.fault.message} (${verdict.fault.code})`);
  } catch (error) {
    if (!(error instanceof UnreadableBundle)) throw error;
    findings.fault('bundle_differs', null, error.message);
    return;
  }
  if (left.length > 0)
    findings.fault('bundle_differs', PLACES.history, `缺 missing ${left.slice(0, 5).join(', ')} (${left.length})`);
  if (missing.size > 0) {
    findings.fault(
      'bundle_differs',
      PLACES.history,
      `多 added ${[...missing].slice(0, 5).join(', ')} (${missing.size})`,
    );
  }
}
