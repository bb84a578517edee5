import { Button, Popconfirm } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Key } from '../layout/key';
import type { DraftCommands, Placed, Task } from './plan';
import { TaskFacts } from './task-facts';
import { TaskForm } from './task-form';

export type Doing = { what: 'edit' | 'split' | 'add'; taskId: string } | null;

/** The tasks of a plan, beside their words in the document; the selected one with what can be done with it. */
export function DraftTasks({
  tasks,
  selectedId,
  select,
  isDraft,
  commands,
  doing,
  setDoing,
}: {
  tasks: readonly Placed[];
  selectedId: string | null;
  select: (taskId: string) => void;
  isDraft: boolean;
  commands: DraftCommands;
  doing: Doing;
  setDoing: (doing: Doing) => void;
}) {
  const { t } = useTranslation('plans');
  let heading = '';
  return (
    <ol className="draft-tasks" aria-label={t('tasks')}>
      {tasks.map((placed) => {
        const path = placed.task.path.join(' / ');
        const isNew = path !== heading && placed.depth === 0;
        heading = path;
        return (
          <DraftTask
            key={placed.task.id}
            placed={placed}
            heading={isNew ? path : ''}
            isSelected={placed.task.id === selectedId}
            select={select}
            acts={isDraft ? { commands, doing, setDoing } : null}
          />
        );
      })}
    </ol>
  );
}

interface Acts {
  commands: DraftCommands;
  doing: Doing;
  setDoing: (doing: Doing) => void;
}

function DraftTask({
  placed: { task, depth, siblings },
  heading,
  isSelected,
  select,
  acts,
}: {
  placed: Placed;
  heading: string;
  isSelected: boolean;
  select: (taskId: string) => void;
  acts: Acts | null;
}) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);
  const isEditing = acts?.doing?.what === 'edit' && acts.doing.taskId === task.id;
  const isAdding = acts?.doing?.what === 'add' && acts.doing.taskId === task.id;
  return (
    <li ref={row} className={`draft-task${isSelected ? ' is-selected' : ''}`} data-depth={depth}>
      {heading && <h3 className="draft-heading">{heading}</h3>}
      {isEditing ? (
        <TaskForm
          task={task}
          save={(body, expectedVersion) => acts.commands.edit(task.id, { ...body, expectedVersion })}
          reread={acts.commands.reread}
          close={() => acts.setDoing(null)}
        />
      ) : (
        <button type="button" className="draft-task-words" aria-current={isSelected} onClick={() => select(task.id)}>
          <span className="draft-number">{task.number}</span>
          <span>
            {task.content}
            <TaskFacts task={task} />
          </span>
        </button>
      )}
      {isSelected && acts && !isEditing && <TaskActs task={task} siblings={siblings} acts={acts} isTop={depth === 0} />}
      {isAdding && (
        <TaskForm
          task={null}
          reread={acts.commands.reread}
          save={({ content, ...body }) =>
            acts.commands.add({
              ...body,
              content: content ?? '',
              after: task.id,
              ...(depth > 0 && task.parentId ? { parentId: task.parentId } : {}),
            })
          }
          close={() => acts.setDoing(null)}
        />
      )}
    </li>
  );
}

function TaskActs({
  task,
  siblings,
  isTop,
  acts: { commands, setDoing },
}: {
  task: Task;
  siblings: readonly Task[];
  isTop: boolean;
  acts: Acts;
}) {
  const { t } = useTranslation('plans');
  const at = siblings.findIndex(({ id }) => id === task.id);
  const next = siblings[at + 1];
  const parent = isTop ? {} : { parentId: task.parentId ?? undefined };
  const move = (before: string | null): void =>
    commands.order({ move: { taskId: task.id, before }, renumber: false, ...parent });
  return (
    <div className="draft-acts" role="group" aria-label={t('act.label')}>
      <Button size="small" type="primary" onClick={() => setDoing({ what: 'edit', taskId: task.id })}>
        {t('act.edit')} <Key>e</Key>
      </Button>
      <Button size="small" onClick={() => setDoing({ what: 'split', taskId: task.id })}>
        {t('act.split')}
      </Button>
      <Popconfirm
        title={t('act.mergeAsk', { number: next?.number ?? '' })}
        okText={t('act.merge')}
        onConfirm={() => commands.merge({ tasks: [task.id, next!.id] })}
      >
        <Button size="small" disabled={!next || commands.isBusy}>
          {t('act.merge')}
        </Button>
      </Popconfirm>
      <Button size="small" disabled={at <= 0 || commands.isBusy} onClick={() => move(siblings[at - 1]!.id)}>
        {t('act.up')}
      </Button>
      <Button size="small" disabled={!next || commands.isBusy} onClick={() => move(siblings[at + 2]?.id ?? null)}>
        {t('act.down')}
      </Button>
      <Button size="small" onClick={() => setDoing({ what: 'add', taskId: task.id })}>
        {t('act.add')}
      </Button>
      <Popconfirm
        title={t('act.removeAsk')}
        okButtonProps={{ danger: true }}
        okText={t('act.remove')}
        onConfirm={() => commands.remove(task.id, task.version)}
      >
        <Button size="small" danger disabled={commands.isBusy}>
          {t('act.remove')}
        </Button>
      </Popconfirm>
    </div>
  );
}
