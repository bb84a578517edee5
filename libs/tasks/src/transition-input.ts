import type { ObjectionOutcome, ReopenClock, UnimplementedReason, VerificationGiven } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import type { MeasurementInput } from './measurements';
import type { Evidence } from './report.entity';
import type { ReportPiece } from './report-sentences';

/** What is given with an event of an assignment (责任分工); which of it the event needs is said by the machine's guards. */
export interface TransitionInput {
  event: string;
  expectedVersion?: number;
  reason?: string;
  cancelReason?: string;
  unimplementedReason?: UnimplementedReason;
  /** The unit that gets the part, by its code or name. */
  toUnit?: string;
  /** What the office decides of an objection (异议). */
  outcome?: ObjectionOutcome;
  /** The day on which a suspension (中止) ends by itself. */
  resumeOn?: LocalDate;
  /** What reopening means for the date of completion. */
  clock?: ReopenClock;
  /** A new date of completion. */
  dueOn?: LocalDate;
  /** Day by which a returned completion is to be put right. */
  rectifyBy?: LocalDate;
  /** The parts of the other units go back with the lead's. */
  whole?: boolean;
  /** How it was judged (核查). */
  verification?: VerificationGiven;
  /** Of whoever was not satisfied (不满意): the reason to return or reopen. */
  satisfactionId?: string;
  text?: string;
  /** In place of the text of a report: of what it is composed. */
  contents?: readonly ReportPiece[];
  evidence?: Evidence[];
  measurements?: MeasurementInput[];
  shortfallReason?: string;
  goAheadReason?: string;
  /** The report that the head of the unit has confirmed, for `report`. */
  confirmedReportId?: string;
}
