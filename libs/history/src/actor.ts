import type { PostKind } from '@duban/domain';

/** Who acts, in which post, by which request: what every event records. */
export interface Actor {
  /** Null for the system itself. */
  personId: string | null;
  name: string;
  post: PostKind | 'system';
  postId: string | null;
  /** The unit whose post it is; null for posts of the government. */
  unitId: string | null;
  requestId: string;
  /** The API token by which the person acts; absent where they do it themselves. */
  token?: { id: string; name: string; scopes: readonly string[] };
  /** For whom the person acts (代行); absent where the post is their own. */
  delegation?: {
    id: string;
    /** The holder of the post. */
    personId: string;
    name: string;
    /** Null for all that the post may do. */
    matter: Matter | null;
  };
}

/** Some of what a post has to do: whole plans, and single tasks with their parts. */
export interface Matter {
  planIds: readonly string[];
  taskIds: readonly string[];
}

/** The supervision itself, acting by the calendar; `requestId` names the run. */
export const systemActor = (requestId: string): Actor => ({
  personId: null,
  name: 'duban',
  post: 'system',
  postId: null,
  unitId: null,
  requestId,
});
