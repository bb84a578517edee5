export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

const LINE = /^(\w+)(?:\{(.*)\})? (-?[\d.e+]+|NaN)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** What Prometheus would read (text format): the samples by the name of what is measured. */
export function samplesIn(text: string): Map<string, Sample[]> {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const given = Object.fromEntries([...labels.matchAll(LABEL)].map(([, label, word]) => [label!, word!]));
    samples.set(name, [...(samples.get(name) ?? []), { labels: given, value: Number(value) }]);
  }
  return samples;
}

/** Rows by one label, columns by another: `queue`, `state`. */
export function tableOf(samples: readonly Sample[], row: string, column: string): Map<string, Map<string, number>> {
  const rows = new Map<string, Map<string, number>>();
  for (const { labels, value } of samples) {
    const cells = rows.get(labels[row] ?? '') ?? new Map<string, number>();
    cells.set(labels[column] ?? '', value);
    rows.set(labels[row] ?? '', cells);
  }
  return rows;
}
