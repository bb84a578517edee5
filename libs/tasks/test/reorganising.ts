import { UnitImportService } from '@duban/directory';
import { type NewReorganisation, ReorganisationService, type ReorganisationView } from '@duban/tasks';
import type { Office } from '../../supervision/test/office';

/** Since when the units of {@link Reorganising.units} are there. */
const SINCE = new Date('2023-01-01T09:00:00+08:00');

interface NamedUnit {
  code: string;
  name: string;
}

/** Reorganisations in a spec's office, each of units that no other test has. */
export class Reorganising {
  private static made = 0;

  constructor(private readonly office: Office) {}

  get service(): ReorganisationService {
    return this.office.get(ReorganisationService);
  }

  /** As many new units with heads and contacts, up to three. */
  async units(count: number, more: object = {}): Promise<[NamedUnit, NamedUnit, NamedUnit]> {
    const units = Array.from({ length: count }, () => {
      const n = ++Reorganising.made;
      return {
        code: `R${n}`,
        name: `市${HEADS[n % 10]}${HEADS[Math.floor(n / 10) % 10]}${HEADS[Math.floor(n / 100)]}局`,
      };
    });
    const listed = units.map((unit) => ({ ...unit, kind: 'department', ...more }));
    const head = await this.office.actor('office');
    await this.office.transactor.run((tx) =>
      this.office.get(UnitImportService).import(tx, head, SINCE, { jurisdiction: '溪城市', units: listed }),
    );
    return units as [NamedUnit, NamedUnit, NamedUnit];
  }

  /** A code and a name that nobody has. */
  fresh(): NamedUnit {
    const n = ++Reorganising.made;
    return {
      code: `N${n}`,
      name: `市新${HEADS[n % 10]}${HEADS[Math.floor(n / 10) % 10]}${HEADS[Math.floor(n / 100)]}局`,
    };
  }

  propose(input: Partial<NewReorganisation>, username = 'office'): Promise<ReorganisationView> {
    const whole: NewReorganisation = {
      kind: 'merge',
      effectiveOn: this.today,
      units: [],
      successors: [],
      continues: false,
      parents: [],
      moves: [],
      default: null,
      cancelOpen: false,
      ...input,
    };
    return this.office.as(username, (tx, actor, at) => this.service.propose(tx, actor, at, whole));
  }

  confirm(
    { id, preview }: Pick<ReorganisationView, 'id' | 'preview'>,
    more: { expectedVersion?: number; expectedDigest?: string } = {},
    username = 'office',
  ): Promise<ReorganisationView> {
    return this.office.as(username, (tx, actor, at) =>
      this.service.confirm(tx, actor, at, id, { expectedDigest: preview!.digest, ...more }),
    );
  }

  /** Proposes and binds; what is due is done. */
  async do(input: Partial<NewReorganisation>): Promise<ReorganisationView> {
    return this.confirm(await this.propose(input));
  }

  withdraw(id: string, input: { reason?: string; expectedVersion?: number } = {}): Promise<ReorganisationView> {
    return this.office.as('office', (tx, actor, at) => this.service.withdraw(tx, actor, at, id, input));
  }

  get(id: string, username = 'office'): Promise<ReorganisationView> {
    return this.office.as(username, (tx, actor, at) => this.service.get(tx, actor, at, id));
  }

  /** The day on which the office's clock stands. */
  get today(): string {
    return new Date(this.office.clock.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
  }

  /** The parts of a plan's tasks, `1 R3 lead assigned`, in the order of tasks and codes. */
  async parts(planId: string): Promise<string[]> {
    const rows = await this.office.query<{ line: string }>(
      `select concat_ws(' ', t.number, u.code, a.role, a.state) as line
       from assignment a join task t on t.id = a.task_id join unit u on u.id = a.unit_id
       where t.plan_id = $1 order by t.position, u.position, u.code, a.state`,
      [planId],
    );
    return rows.map(({ line }) => line);
  }
}

const HEADS = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
