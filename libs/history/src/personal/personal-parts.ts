/** One who is told of in a state: who it is, and what the state says of them. */
export interface PersonalPart {
  /** The field that holds the person's id; `entityId` where the event is about the person. */
  of: string;
  /** The list whose elements are meant; the state itself where it is left out. */
  in?: string;
  fields: readonly string[];
}

/**
 * What states of each kind of thing say of people (个人信息). It is sealed by the key of the person whom it is about, so
 * that it can be erased while the event and its hash stay. What is not here is in clear for ever.
 */
export const PERSONAL = {
  person: [{ of: 'entityId', fields: ['username', 'displayName', 'email', 'mobile', 'accounts', 'subject', 'from'] }],
  post_change: [{ of: 'personId', fields: ['username', 'displayName'] }],
  delegation: [
    { of: 'personId', fields: ['username', 'displayName'] },
    { of: 'delegateId', fields: ['delegateUsername', 'delegateName'] },
  ],
  restriction: [{ in: 'persons', of: 'personId', fields: ['username'] }],
  sign_in: [{ of: 'personId', fields: ['subject'] }],
  delivery: [{ of: 'personId', fields: ['address', 'lastError'] }],
  suppressed_address: [{ of: 'personId', fields: ['address'] }],
} as const satisfies Readonly<Record<string, readonly PersonalPart[]>>;

type SealedOf<E> = E extends keyof typeof PERSONAL ? (typeof PERSONAL)[E][number]['fields'][number] : never;

/** Names of fields that tell who somebody is: in a state they are sealed, or they do not compile. */
type TellsWho =
  | 'username'
  | 'usernames'
  | 'displayName'
  | 'personName'
  | 'delegateUsername'
  | 'delegateName'
  | 'email'
  | 'address'
  | 'phone'
  | 'telephone'
  | 'mobile';

/** The state of a thing of kind `E` as whoever records it gives it. */
export type StateOf<E extends string> = Readonly<Record<string, unknown>> & {
  readonly [Field in Exclude<TellsWho, SealedOf<E>>]?: never;
};

export const partsOf = (entity: string): readonly PersonalPart[] =>
  Object.hasOwn(PERSONAL, entity) ? PERSONAL[entity as keyof typeof PERSONAL] : [];
