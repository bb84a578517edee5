import type { PostKind } from '@duban/domain';
import type { HeldTerm } from './post-holdings';

/** A post (岗位) of a unit, as history records it. */
export interface PostState {
  [field: string]: unknown;
  id: string;
  unitId: string;
  kind: PostKind;
  title: string | null;
  /** `YYYY-MM-DD`: from when on there is no such post; null while there is. */
  closedOn: string | null;
}

/** A post with who holds it on a day: nobody, or by its kind one or several. */
export interface PostView extends PostState {
  holders: HeldTerm[];
}
