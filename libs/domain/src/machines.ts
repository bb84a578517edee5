import type { Machine } from '@duban/state-machine';
import { actionPlanMachine } from './action-plan.machine';
import { actionPlanMeasureMachine } from './action-plan-measure.machine';
import { applicationMachine } from './application.machine';
import { assignmentMachine } from './assignment.machine';
import { contributionMachine } from './contribution.machine';
import { coordinationMachine } from './coordination.machine';
import { delegationMachine } from './delegation.machine';
import { deliveryMachine } from './delivery.machine';
import { noticeMachine } from './notice.machine';
import { planImportMachine } from './plan-import.machine';
import { planMachine } from './plan.machine';
import { postChangeMachine } from './post-change.machine';
import { reorganisationMachine } from './reorganisation.machine';
import { reportConfirmationMachine } from './report-confirmation.machine';

/** Every machine of the field, for the check at start and for the drawings. */
export const MACHINES = [
  planImportMachine,
  planMachine,
  assignmentMachine,
  applicationMachine,
  noticeMachine,
  deliveryMachine,
  postChangeMachine,
  delegationMachine,
  reorganisationMachine,
  actionPlanMachine,
  actionPlanMeasureMachine,
  reportConfirmationMachine,
  contributionMachine,
  coordinationMachine,
] as unknown as readonly Machine<never>[];
