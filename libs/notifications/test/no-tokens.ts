import type { TokenKeeper } from '../src/channels/access-tokens';

/** For channels that need no token of a vendor. */
export const NO_TOKENS: TokenKeeper = { of: (name) => Promise.reject(new Error(`there is no token of ${name}`)) };
