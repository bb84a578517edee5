import { Initial1795500000000 } from './1795500000000-initial';
import { PlanColumns1795600000000 } from './1795600000000-plan-columns';
import { TaskMarks1795610000000 } from './1795610000000-task-marks';
import { SettledNames1795620000000 } from './1795620000000-settled-names';
import { PlanRevisions1795630000000 } from './1795630000000-plan-revisions';
import { PlanImports1795640000000 } from './1795640000000-plan-imports';
import { SignIn1795650000000 } from './1795650000000-sign-in';
import { ListIndexes1795724900000 } from './1795724900000-list-indexes';
import { UnitTree1795800000000 } from './1795800000000-unit-tree';
import { GroupRules1795801000000 } from './1795801000000-group-rules';
import { TermsAndDelegations1795802000000 } from './1795802000000-terms-and-delegations';
import { Reorganisations1795803000000 } from './1795803000000-reorganisations';
import { RowLevelSecurity1795804000000 } from './1795804000000-row-level-security';
import { HistoryProof1795805000000 } from './1795805000000-history-proof';
import { BoardAsOf1795806000000 } from './1795806000000-board-as-of';
import { AssignmentMarks1795900000000 } from './1795900000000-assignment-marks';
import { EvidenceFiles1795902000000 } from './1795902000000-evidence-files';
import { Matters1795903000000 } from './1795903000000-matters';
import { Breakdowns1795904000000 } from './1795904000000-breakdowns';
import { Reports1795905000000 } from './1795905000000-reports';
import { Applications1795906000000 } from './1795906000000-applications';
import { Judging1795907000000 } from './1795907000000-judging';
import { WorkingTogether1795908000000 } from './1795908000000-working-together';
import { ObligationPolicy1796100000000 } from './1796100000000-obligation-policy';

/** In order; what has landed is never edited. */
export const MIGRATIONS = [
  Initial1795500000000,
  PlanColumns1795600000000,
  TaskMarks1795610000000,
  SettledNames1795620000000,
  PlanRevisions1795630000000,
  PlanImports1795640000000,
  SignIn1795650000000,
  ListIndexes1795724900000,
  UnitTree1795800000000,
  GroupRules1795801000000,
  TermsAndDelegations1795802000000,
  Reorganisations1795803000000,
  RowLevelSecurity1795804000000,
  HistoryProof1795805000000,
  BoardAsOf1795806000000,
  AssignmentMarks1795900000000,
  EvidenceFiles1795902000000,
  Matters1795903000000,
  Breakdowns1795904000000,
  Reports1795905000000,
  Applications1795906000000,
  Judging1795907000000,
  WorkingTogether1795908000000,
  ObligationPolicy1796100000000,
];
