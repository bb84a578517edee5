import type { Schemas } from '../api/client';
import { monthEnds, tenOf } from './what-matters';

type TaskRow = Schemas['TasksDto']['items'][number];
const task = (id: string, of: Partial<TaskRow>): TaskRow =>
  ({ id, state: 'in_progress', units: 1, light: 'green', notice: null, overdue: 0, nextDueAt: null, ...of }) as TaskRow;

describe('The ten that matter', () => {
  it('are the gravest first, each once; of the same gravity what is due first; and nothing that is done', () => {
    const red = task('red', { light: 'red', notice: 'red' });
    const orange = task('orange', { light: 'red', notice: 'orange' });
    const yellow = task('yellow', { light: 'yellow', overdue: 1 });
    const soon = task('soon', { nextDueAt: '2026-09-25T16:00:00Z' });
    const later = task('later', { nextDueAt: '2026-12-25T16:00:00Z' });
    const parent = task('parent', { light: 'red', units: 0 });
    const done = task('done', { light: 'red', state: 'verified' });
    const lists = [[orange, red, done], [yellow], [later, soon, red, parent]];
    expect(tenOf(lists).map(({ id }) => id)).toEqual(['red', 'orange', 'yellow', 'soon', 'later']);
  });

  it('are ten at most', () => {
    expect(tenOf([Array.from({ length: 30 }, (_, place) => task(`${place}`, {}))])).toHaveLength(10);
  });
});

describe('The months of a year so far', () => {
  it.each([
    ['2026-01-08', '2026-01-20', []],
    ['2026-01-08', '2026-01-31', []],
    ['2026-01-08', '2026-03-01', ['2026-01-31', '2026-02-28']],
    ['2025-12-31', '2026-02-10', ['2025-12-31', '2026-01-31']],
  ])('from %s to %s have ended on %j', (from, today, ends) => {
    expect(monthEnds(from, today)).toEqual(ends);
  });

  it('are twelve with the present at most', () => {
    expect(monthEnds('2024-01-08', '2026-09-21')).toHaveLength(11);
  });
});
