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
      terms: typeof terms;
    };
  }
}
