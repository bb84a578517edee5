export { DashboardReader } from './dashboard.reader';
export { PlanReader, type PlanSource, type PlanView } from './plan.reader';
export { ReportingModule } from './reporting.module';
export { RevisionReader } from './revision.reader';
export { type Simulation, type SimulationInput, SimulationReader } from './simulation.reader';
export { type SupervisionFilter, SupervisionReader } from './supervision.reader';
export { LIGHTS, TASK_SORTS, type TaskFilter, TaskReader } from './task.reader';
export { badCursor, cursorKey, isUuid, type Page, pageOf } from './page';
export { type UnresolvedName, UnresolvedNamesReader } from './unresolved-names.reader';
