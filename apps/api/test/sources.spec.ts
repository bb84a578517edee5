import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(__dirname, '../../..');

function sources(folder: string): { path: string; text: string }[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(ROOT, file), text: readFileSync(file, 'utf8') }));
}

/** What of the api works as the system: it finds out who acts, lets them sign in, or tells how the system is. */
const AS_SYSTEM = [
  'apps/api/src/application.ts',
  'apps/api/src/clock/clock.controller.ts',
  'apps/api/src/ground.module.ts',
  'apps/api/src/messages/change-watch.ts',
  'apps/api/src/messages/inbox-streams.ts',
  'apps/api/src/messages/sms-reports.controller.ts',
  'apps/api/src/operations/metrics.ts',
  'apps/api/src/operations/operations.controller.ts',
  'apps/api/src/sessions/oidc.controller.ts',
  'apps/api/src/sessions/password-resets.controller.ts',
  'apps/api/src/sessions/second-factor.controller.ts',
  'apps/api/src/sessions/sessions.controller.ts',
  'apps/api/src/sign-in.guard.ts',
  'apps/api/src/still-signed-in.ts',
];

/** What follows from commands beyond the sight of those who give them. */
const WITH_CONSEQUENCES = [
  'libs/directory/src/account.service.ts',
  'libs/directory/src/delegation.service.ts',
  'libs/directory/src/erasure.service.ts',
  'libs/directory/src/past-directory.ts',
  'libs/directory/src/sign-in/password.service.ts',
  'libs/history/src/personal/person-boxes.ts',
  'libs/reporting/src/archive/archive-packages.ts',
  'libs/reporting/src/breakdown.reader.ts',
  'libs/reporting/src/bulletins/bulletin-content.ts',
  'libs/reporting/src/history.reader.ts',
  'libs/reporting/src/holdings.reader.ts',
  'libs/reporting/src/past-board.ts',
  'libs/reporting/src/retention/disposal-carrier.ts',
  'libs/reporting/src/retention/disposal.service.ts',
  'libs/supervision/src/application.service.ts',
  'libs/supervision/src/calendar-papers.service.ts',
  'libs/supervision/src/cards.ts',
  'libs/supervision/src/notice-documents/notice-documents.ts',
  'libs/supervision/src/notice.service.ts',
  'libs/supervision/src/obligation.service.ts',
  'libs/supervision/src/plan-policy.service.ts',
  'libs/supervision/src/report-obligations.ts',
  'libs/supervision/src/stopped-parts.ts',
  'libs/tasks/src/acted-part.ts',
  'libs/tasks/src/action-plan.writer.ts',
  'libs/tasks/src/assignment.service.ts',
  'libs/tasks/src/breakdown-terms.ts',
  'libs/tasks/src/figure-register.ts',
  'libs/tasks/src/held-assignment.ts',
  'libs/tasks/src/instruction.service.ts',
  'libs/tasks/src/matter-register.ts',
  'libs/tasks/src/plan-records.ts',
  'libs/tasks/src/plan-source.ts',
  'libs/tasks/src/policy-draft.service.ts',
  'libs/tasks/src/reorganisation.service.ts',
  'libs/tasks/src/restricted-reads.ts',
  'libs/tasks/src/restriction.service.ts',
  'libs/tasks/src/task-carrier.ts',
  'libs/tasks/src/task-states.ts',
];

describe('The sources', () => {
  const all = [...sources('apps'), ...sources('libs')].filter(({ path }) => !path.includes('/test/'));
  const pathsWith = (pattern: RegExp, folder = ''): string[] =>
    all
      .filter(({ path, text }) => path.startsWith(folder) && pattern.test(text))
      .map(({ path }) => path)
      .toSorted();

  it('work as the system in the api only where nobody acts yet, or nobody’s matters are read', () => {
    expect(pathsWith(/transactor\s*\.\s*run\(/, 'apps/api/')).toEqual(AS_SYSTEM);
  });

  it('go beyond what an actor may see only in the named consequences of what they do', () => {
    expect(pathsWith(/\bconsequences\(/)).toEqual(WITH_CONSEQUENCES);
  });

  it('change the role of a connection in one place', () => {
    const changing = pathsWith(/set_config\(|set (local |session )?role|reset role|session authorization/i);
    expect(changing).toEqual([
      // Writes once more, as the system, what the system wrote: for the bench.
      'apps/cli/src/bench/same-rows.ts',
      'libs/database/src/security/acting.ts',
    ]);
  });

  it('reach no table but through the transactor', () => {
    expect(pathsWith(/createQueryRunner|\.dataSource\.(query|transaction)|InjectDataSource/)).toEqual([
      'libs/database/src/migrate.ts',
      // On behalf of the transactor, with its settings.
      'libs/database/src/standby.ts',
    ]);
  });

  it('name each schema of the api once: of two with one name the description would keep one', () => {
    const names = all
      .filter(({ path }) => path.startsWith('apps/api/src/'))
      .flatMap(({ text }) => [...text.matchAll(/class (\w+Dto)\b/g)].map(([, name]) => name!));
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  });
});
