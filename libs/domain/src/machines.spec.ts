import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertSound, faultsOf } from '@duban/state-machine';
import { WALKED_BY } from '../test/walked-machines';
import { MACHINES } from './machines';

/** Every effect that a machine of the field may name; whoever runs the machine has a handler for each. */
const EFFECTS = [
  'discharge_sign_for',
  'record_completion',
  'record_verification',
  'discharge_completion',
  'reinstate_completion',
  'require_rectification',
  'restore_completion',
  'lapse_obligations',
  'tell_verified',
  'record_objection',
  'settle_objection',
  'tell_objection',
  'tell_settled',
  'stop_clock',
  'start_clock',
  'tell_suspended',
  'tell_resumed',
  'reopen_obligations',
  'hand_over',
  'tell_ended',
  'hold_ladder',
  'resume_ladder',
  'put_plan_in_force',
  'owe_plan_again',
  'discharge_milestone',
  'owe_milestone_again',
  'count_report',
];

describe('MACHINES', () => {
  it.each(MACHINES.map((machine) => [machine.name, machine] as const))('%s is sound', (_, machine) => {
    expect(faultsOf(machine, EFFECTS)).toEqual([]);
  });

  it('are sound together, have each a name of its own, and name no effect but these', () => {
    expect(() => assertSound(MACHINES, EFFECTS)).not.toThrow();
    expect(MACHINES.map((machine) => machine.name).toSorted()).toEqual([
      'action_plan',
      'action_plan_measure',
      'application',
      'assignment',
      'contribution',
      'coordination',
      'delegation',
      'delivery',
      'plan',
      'plan_import',
      'post_change',
      'reorganisation',
      'report_confirmation',
      'supervision_notice',
    ]);
    const named = MACHINES.flatMap((machine) => machine.transitions.flatMap((t) => t.effects ?? []));
    expect([...new Set(named)].toSorted()).toEqual(EFFECTS.toSorted());
  });

  it('are each walked by random people against a model, in one spec that fails for a transition not taken', () => {
    const walked = Object.values(WALKED_BY).flat();
    expect(walked.toSorted()).toEqual(MACHINES.map(({ name }) => name).toSorted());
    for (const spec of Object.keys(WALKED_BY)) {
      const text = readFileSync(join(__dirname, '../..', spec), 'utf8');
      expect(text).toContain('fc.assert(');
      expect(text).toContain(`expect(notTaken('${spec}', taken)).toEqual([])`);
    }
  });
});
