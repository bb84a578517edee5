import 'i18next';
import type account from './zh/account';
import type board from './zh/board';
import type admin from './zh/admin';
import type audit from './zh/audit';
import type console from './zh/console';
import type pictures from './zh/pictures';
import type problems from './zh/problems';
import type drafts from './zh/drafts';
import type help from './zh/help';
import type leader from './zh/leader';
import type mine from './zh/mine';
import type task from './zh/task';
import type desk from './zh/desk';
import type notices from './zh/notices';
import type verification from './zh/verification';
import type matters from './zh/matters';
import type policies from './zh/policies';
import type calendar from './zh/calendar';
import type directory from './zh/directory';
import type ledgers from './zh/ledgers';
import type bulletins from './zh/bulletins';
import type plans from './zh/plans';
import type terms from './zh/terms';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'console';
    /** One line an area: the Chinese file says which words there are. */
    resources: {
      account: typeof account;
      board: typeof board;
      admin: typeof admin;
      audit: typeof audit;
      console: typeof console;
      pictures: typeof pictures;
      problems: typeof problems;
      drafts: typeof drafts;
      help: typeof help;
      leader: typeof leader;
      mine: typeof mine;
      task: typeof task;
      desk: typeof desk;
      notices: typeof notices;
      verification: typeof verification;
      matters: typeof matters;
      policies: typeof policies;
      calendar: typeof calendar;
      directory: typeof directory;
      bulletins: typeof bulletins;
      ledgers: typeof ledgers;
      plans: typeof plans;
      terms: typeof terms;
    };
  }
}
