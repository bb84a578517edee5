import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeWithSpin, search } from './spin';

const ROOT = resolve(__dirname, '../../..');
const SWEEP = join(__dirname, 'sweep.pml');
const DELIVERY = join(__dirname, 'delivery.pml');

/** Steps by name, each as often as it is named. */
const stepsIn = (files: readonly string[], comment: RegExp): string[] =>
  files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(comment)].map((match) => match[1]!)).sort();

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts'))
    .map((name) => join(ROOT, folder, name));
}

describe('the model of the sweep and the code', () => {
  it('name the same steps, each once: neither is changed without the other', () => {
    const code = ['libs/supervision/src', 'libs/notifications/src', 'libs/queue/src'].flatMap(sources);
    const named = stepsIn(code, /\/\/ model: ([\w-]+)/g);
    expect(named.length).toBeGreaterThan(10);
    expect(named).toEqual(stepsIn([SWEEP, DELIVERY], /\/\* model: ([\w-]+) \*\//g));
  });
});

describeWithSpin('every interleaving of two workers that die, a queue that forgets and a deadline that moves', () => {
  const sound = { errors: 0, fault: null };

  it('loses no rung, fires none twice, claims none for two (bullmq 439, 1318; bull 1143)', () => {
    const verdict = search(SWEEP, 'none_lost');
    expect(verdict).toMatchObject(sound);
    expect(verdict.states).toBeGreaterThan(100_000);
  });

  it('fires every due rung in the end, of the deadline that holds, whatever the queue does (bullmq 2466, 3272)', () => {
    expect(search(SWEEP, 'all_fired')).toMatchObject(sound);
  });

  it('delivers every message in the end, and records it once', () => {
    expect(search(DELIVERY, 'delivered')).toMatchObject(sound);
  });

  it('calls no message sent that was not handed over, and repeats it only after a death or a lost claim', () => {
    expect(search(DELIVERY, 'honest')).toMatchObject(sound);
  });
});

/** A model that cannot fail proves nothing: each takes a guard away, and Spin has to see it. */
describeWithSpin('Spin finds what goes wrong', () => {
  it.each([
    [
      'where a claim does not look whether somebody holds the row',
      SWEEP,
      'none_lost',
      ['NO_LOCK'],
      'assertion violated',
    ],
    [
      'where the pointer is moved before the follow-up, in another transaction',
      SWEEP,
      'none_lost',
      ['POINTER_FIRST'],
      'assertion violated',
    ],
    [
      'where the pointer is moved after it, and follow-ups are not unique',
      SWEEP,
      'none_lost',
      ['POINTER_LAST', 'NO_UNIQUE'],
      'assertion violated',
    ],
    [
      'where what is to be said is written after the commit (novu 12124)',
      SWEEP,
      'all_fired',
      ['MESSAGE_APART'],
      'acceptance cycle',
    ],
    ['where workers wake at a hint alone', SWEEP, 'all_fired', ['QUEUE_ONLY'], 'acceptance cycle'],
    ['where a claim on a delivery never runs out', DELIVERY, 'delivered', ['NO_LEASE'], 'acceptance cycle'],
    ['where a delivery is sent without a claim', DELIVERY, 'honest', ['NO_CLAIM'], 'assertion violated'],
    [
      'where a delivery is called sent before it is handed over',
      DELIVERY,
      'honest',
      ['RECORD_FIRST'],
      'assertion violated',
    ],
  ])('%s', (_words, model, property, mutations, fault) => {
    expect(search(model, property, mutations)).toMatchObject({ errors: 1, fault });
  });

  it('but nothing where one of two guards is left: the unique key, or the lock', () => {
    expect(search(SWEEP, 'none_lost', ['NO_UNIQUE'])).toMatchObject({ errors: 0 });
    expect(search(SWEEP, 'none_lost', ['POINTER_LAST'])).toMatchObject({ errors: 0 });
  });
});
