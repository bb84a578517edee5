import { api } from '../api/client';
import { keyIn } from './note';

/** The public keys by which history is signed: those that the server names, and one that an auditor holds. */
export function useKeys(held?: string): { keys: Uint8Array[]; isHeld: boolean } {
  const known = api.useQuery('get', '/api/v1/history/keys');
  const own = held ? keyIn(held) : null;
  if (own) return { keys: [own], isHeld: true };
  const keys = (known.data?.items ?? []).flatMap(({ publicKey }) => keyIn(publicKey) ?? []);
  return { keys, isHeld: false };
}
