import { App } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { useTellProblem } from '../problem/use-problem';

/** What follows from a decision at the desk: it is said, and all that rests on it is read anew. */
export function useDecide(): { after: (said: string) => Promise<void>; tell: (problem: unknown) => void } {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const tell = useTellProblem();
  return {
    tell,
    after: async (said) => {
      void message.success(said);
      await queries.invalidateQueries({ queryKey: ['get'] });
    },
  };
}
