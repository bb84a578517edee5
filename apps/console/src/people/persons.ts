import { useQuery } from '@tanstack/react-query';
import { answerOf, client, type Problem, type Schemas } from '../api/client';
import { readAll } from '../pictures/read-all';

export type Person = Schemas['PersonsDto']['items'][number];
export const PERSONS = ['get', '/api/v1/persons'] as const;

export const usePersons = () =>
  useQuery<Person[], Problem>({
    queryKey: [...PERSONS, 'all'],
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        answerOf(client.GET('/api/v1/persons', { params: { query: { limit: 200, cursor } }, signal })),
      ),
  });
