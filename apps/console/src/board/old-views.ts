import { useEffect } from 'react';
import type { Schemas } from '../api/client';
import { useSession } from '../session/session';
import { filterOf } from './board-filter';

type NewView = Schemas['NewViewDto'];

/** Views that a browser has from before the server kept them. */
function oldViews(kept: string): { name: string; search: string }[] {
  try {
    return JSON.parse(localStorage.getItem(kept) ?? '[]') as { name: string; search: string }[];
  } catch {
    return [];
  }
}

/** Takes the views over that this browser has kept, once: those of a name that is taken stay as they are on the server. */
export function useOldViews(
  own: readonly { name: string }[] | undefined,
  keep: (view: NewView) => Promise<unknown>,
): void {
  const { me } = useSession();
  const kept = `duban.views.${me.personId}`;
  useEffect(() => {
    if (own === undefined || localStorage.getItem(kept) === null) return;
    const names = new Set(own.map(({ name }) => name));
    const all = oldViews(kept).filter(({ name }) => !names.has(name));
    localStorage.removeItem(kept);
    for (const { name, search } of all) {
      void keep({ name, filter: filterOf(new URLSearchParams(search)) }).catch(() => undefined);
    }
    // What is kept is looked for once the server’s are there.
  }, [own === undefined, kept]);
}
