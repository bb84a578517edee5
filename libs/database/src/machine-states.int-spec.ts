import {
  actionPlanMachine,
  actionPlanMeasureMachine,
  applicationMachine,
  assignmentMachine,
  contributionMachine,
  coordinationMachine,
  delegationMachine,
  deliveryMachine,
  noticeMachine,
  planImportMachine,
  planMachine,
  postChangeMachine,
  reorganisationMachine,
  reportConfirmationMachine,
} from '@duban/domain';
import { useTestDatabase } from '@duban/testing';

describe('check constraints of states', () => {
  const database = useTestDatabase();

  // A task's state is that of its lead, so it has the assignment's.
  it.each([
    ['ck_plan_import_state', planImportMachine],
    ['ck_plan_state', planMachine],
    ['ck_task_state', assignmentMachine],
    ['ck_assignment_state', assignmentMachine],
    ['ck_application_state', applicationMachine],
    ['ck_supervision_notice_state', noticeMachine],
    ['ck_delivery_state', deliveryMachine],
    ['ck_post_change_state', postChangeMachine],
    ['ck_delegation_state', delegationMachine],
    ['ck_reorganisation_state', reorganisationMachine],
    ['ck_action_plan_state', actionPlanMachine],
    ['ck_action_plan_measure_state', actionPlanMeasureMachine],
    ['ck_report_confirmation_state', reportConfirmationMachine],
    ['ck_contribution_state', contributionMachine],
    ['ck_coordination_state', coordinationMachine],
  ])('%s allows what the machine knows and nothing else', async (name, machine) => {
    const [constraint]: { definition: string }[] = await database.source.query(
      `select pg_get_constraintdef(oid) as definition from pg_constraint where conname = $1`,
      [name],
    );
    const allowed = [...(constraint?.definition ?? '').matchAll(/'(\w+)'/g)].map(([, state]) => state!);
    const known = Object.keys(machine.states);
    const faults = [
      ...known
        .filter((state) => !allowed.includes(state))
        .map(
          (state) => `${name} refuses "${state}" of the machine ${machine.name}: the migration that adds it is missing`,
        ),
      ...allowed
        .filter((state) => !known.includes(state))
        .map((state) => `${name} allows "${state}", which the machine ${machine.name} does not know: migrate it away`),
    ];
    expect(faults).toEqual([]);
  });
});
