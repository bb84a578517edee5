import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answerOf, client, type Problem } from './client';
import type { paths } from './schema';

/** Paths that can be read. */
type ListPath = { [P in keyof paths]: paths[P] extends { get: object } ? P : never }[keyof paths];
type QueryOf<P extends ListPath> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? Q : never;
type ItemOf<P extends ListPath> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': { items: (infer I)[] } } } } };
}
  ? I
  : never;
interface ListPage<T> {
  items: T[];
  next: string | null;
}

/** A list page by page (`{items, next}`): what has been read so far as `items`, more by `fetchNextPage`. */
export function usePages<P extends ListPath>(
  path: P,
  query: Omit<NonNullable<QueryOf<P>>, 'cursor'>,
  { path: inPath, enabled = true }: { path?: Record<string, string>; enabled?: boolean } = {},
) {
  const found = useInfiniteQuery<ListPage<ItemOf<P>>, Problem>({
    queryKey: ['get', path, { params: { query, path: inPath } }, 'pages'],
    enabled,
    initialPageParam: null,
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam === null ? {} : { cursor: pageParam as string };
      const params = { query: { ...query, ...cursor }, ...(inPath ? { path: inPath } : {}) };
      const get = client.GET as unknown as (
        path: string,
        how: object,
      ) => Promise<{ data?: ListPage<ItemOf<P>>; error?: unknown; response: Response }>;
      return answerOf(get(path, { params, signal }));
    },
    getNextPageParam: ({ next }) => next,
  });
  return { ...found, items: found.data?.pages.flatMap(({ items }) => items) ?? [] };
}

/** All of a list, read page after page: what is put in order, counted or looked through as a whole. */
export function useWhole<P extends ListPath>(...which: Parameters<typeof usePages<P>>) {
  const found = usePages<P>(...which);
  const { hasNextPage, isFetching, isError, fetchNextPage } = found;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  return found;
}
