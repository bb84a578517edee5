import { App } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { useTellProblem } from '../problem/use-problem';
import { useAsk } from '../undo/use-ask';

/** A decision at the desk: it binds, so it is asked about; then it is said, and all that rests on it is read anew. */
export function useDecide(): {
  ask: ReturnType<typeof useAsk>;
  after: (said: string) => Promise<void>;
  tell: (problem: unknown) => void;
} {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const tell = useTellProblem();
  const ask = useAsk();
  return {
    ask,
    tell,
    after: async (said) => {
      void message.success(said);
      await queries.invalidateQueries({ queryKey: ['get'] });
    },
  };
}
