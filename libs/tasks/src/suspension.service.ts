import { Transactor } from '@duban/database';
import { systemActor } from '@duban/history';
import { Injectable, Logger } from '@nestjs/common';
import { AssignmentService } from './assignment.service';

/** Ends suspensions (中止) whose day has come: nobody has to remember them. */
@Injectable()
export class SuspensionService {
  private readonly logger = new Logger(SuspensionService.name);

  constructor(
    private readonly transactor: Transactor,
    private readonly assignments: AssignmentService,
  ) {}

  /**
   * Each in a transaction of its own; one that fails stops no other, and is due still. Any number of rounds may run at
   * once: the part is held while it is decided, and by whoever comes second found resumed.
   *
   * @returns how many go on; how many failed
   */
  async resumeDue(now: Date): Promise<{ resumed: number; failed: number }> {
    const total = { resumed: 0, failed: 0 };
    const failed: string[] = [];
    for (;;) {
      let id: string | undefined;
      try {
        const done = await this.transactor.run(async (tx) => {
          const rows: { id: string }[] = await tx.query(
            `select a.id from assignment a join jurisdiction j on j.id = a.jurisdiction_id
             where a.resume_on <= ($1::timestamptz at time zone j.time_zone)::date and a.id <> all($2::uuid[])
             order by a.resume_on, a.id limit 1 for no key update of a skip locked`,
            [now, failed],
          );
          id = rows[0]?.id;
          if (id === undefined) return false;
          await this.assignments.resume(tx, systemActor(`resume-${id}`), now, id);
          return true;
        });
        if (!done) return total;
        total.resumed++;
      } catch (error) {
        // Not of one part, but of the database.
        if (id === undefined) throw error;
        failed.push(id);
        total.failed++;
        this.logger.error(`the suspension of ${id} could not be ended: ${String(error)}`);
      }
    }
  }
}
