import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useChanges } from './changes';

/** Changes that come together are read together. */
const TOGETHER_MS = 1_000;

/** Reads anew what the page shows, as others change tasks: for whoever has it open all day. */
export function useLive(): void {
  const changes = useChanges();
  const queries = useQueryClient();
  const seen = useRef(changes);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (changes === seen.current) return;
    seen.current = changes;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: ['get'] });
    }, TOGETHER_MS);
  }, [changes, queries]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}
