import { Skeleton } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { Empty } from '../layout/empty';
import { useKeys } from '../layout/use-keys';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { type Doing, DraftTasks } from './draft-tasks';
import { inOrder, type Plan, useDraftCommands, useSource } from './plan';
import { Settle } from './settle';
import { toSettle } from './settle-items';
import { SourceView } from './source-view';
import { SplitTask } from './split-task';

const NOTHING: readonly never[] = [];

/** What a person has looked at and left as it is, kept in their browser. */
function useSeen(planId: string): [ReadonlySet<string>, (key: string) => void] {
  const kept = `duban.seen.${planId}`;
  const [seen, setSeen] = useState<ReadonlySet<string>>(
    () => new Set(JSON.parse(localStorage.getItem(kept) ?? '[]') as string[]),
  );
  return [
    seen,
    (key) => {
      const next = new Set(seen).add(key);
      localStorage.setItem(kept, JSON.stringify([...next]));
      setSeen(next);
    },
  ];
}

/** A draft beside the document that it was read from: what is uncertain first, one key each. */
export function DraftDesk({
  plan,
  mayEdit,
  names,
}: {
  plan: Plan;
  mayEdit: boolean;
  names: readonly Schemas['UnresolvedNamesDto']['items'][number][];
}) {
  const { t } = useTranslation('plans');
  const tell = useTellProblem();
  const source = useSource(plan.id);
  const commands = useDraftCommands(plan.id, { onError: tell });
  const [chosen, setChosen] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const [doing, setDoing] = useState<Doing>(null);
  const [seen, see] = useSeen(plan.id);
  const isDraft = plan.state === 'draft' && mayEdit;
  const tasks = useMemo(() => inOrder(plan.tasks), [plan.tasks]);
  const text = source.data?.text ?? '';
  const items = useMemo(
    () => (isDraft ? toSettle(plan, names, tasks, text, seen) : NOTHING),
    [isDraft, plan, names, tasks, text, seen],
  );
  const place = Math.min(at, Math.max(0, items.length - 1));
  const item = chosen === null ? items[place] : undefined;
  const selectedId = chosen ?? item?.taskId ?? null;
  const byId = new Map(tasks.map(({ task }) => [task.id, task]));
  const select = (taskId: string): void => {
    setChosen(taskId);
    const asks = items.findIndex((one) => one.taskId === taskId);
    if (asks !== -1) {
      setAt(asks);
      setChosen(null);
    }
  };
  const edit = (): void => {
    if (selectedId !== null) setDoing({ what: 'edit', taskId: selectedId });
  };
  useKeys(isDraft ? { e: edit } : {});
  const splitting = doing?.what === 'split' ? byId.get(doing.taskId) : undefined;

  if (plan.tasks.length === 0 && !isDraft) return <Empty says={t('noTasks')} />;
  return (
    <>
      {isDraft && (
        <Settle
          items={items}
          at={place}
          go={(next) => {
            setAt(next);
            setChosen(null);
          }}
          task={byId.get(items[place]?.taskId ?? '')}
          commands={commands}
          edit={() => {
            const taskId = items[place]?.taskId;
            if (taskId) setDoing({ what: 'edit', taskId });
          }}
          see={see}
        />
      )}
      <div className="draft-desk">
        <section className="panel draft-list">
          <DraftTasks
            tasks={tasks}
            selectedId={selectedId}
            select={select}
            isDraft={isDraft}
            commands={commands}
            doing={doing}
            setDoing={setDoing}
          />
        </section>
        <section className="panel draft-source">
          {source.error ? (
            <ProblemView problem={source.error} />
          ) : source.isPending ? (
            <Skeleton active />
          ) : (
            <SourceView
              text={text}
              tasks={tasks}
              leftOut={plan.leftOut}
              selectedId={selectedId}
              wanted={item?.wanted ?? null}
              select={select}
            />
          )}
        </section>
      </div>
      {splitting && <SplitTask task={splitting} commands={commands} close={() => setDoing(null)} />}
    </>
  );
}
