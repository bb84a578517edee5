import { Button, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DraftCommands, Task } from './plan';

/** Where a task may be cut: after the marks that end a clause. */
function clausesOf(content: string): { start: number; text: string }[] {
  const clauses: { start: number; text: string }[] = [];
  for (const { 0: text, index } of content.matchAll(/[^，；。;！？]*[，；。;！？]*/g)) {
    if (text.length > 0) clauses.push({ start: index, text });
  }
  return clauses;
}

/** Cut a task (拆分) between its clauses, in tasks or in parts of one. */
export function SplitTask({ task, commands, close }: { task: Task; commands: DraftCommands; close: () => void }) {
  const { t } = useTranslation('plans');
  const [cuts, setCuts] = useState<ReadonlySet<number>>(new Set());
  const [as, setAs] = useState<'tasks' | 'parts'>('tasks');
  const clauses = clausesOf(task.content);
  const toggle = (start: number): void => {
    const next = new Set(cuts);
    if (!next.delete(start)) next.add(start);
    setCuts(next);
  };
  return (
    <Modal
      open
      title={t('split.title', { number: task.number ?? '' })}
      okText={t('split.ok', { count: cuts.size + 1 })}
      okButtonProps={{ disabled: cuts.size === 0 || commands.isBusy }}
      onCancel={close}
      onOk={() => {
        commands.split(task.id, {
          as,
          at: [...cuts].sort((one, other) => one - other),
          expectedVersion: task.version,
        });
        close();
      }}
    >
      <p>{t('split.help')}</p>
      <div className="split-text">
        {clauses.map(({ start, text }, place) => (
          <span key={start}>
            {place > 0 && (
              <Button
                size="small"
                type={cuts.has(start) ? 'primary' : 'dashed'}
                aria-pressed={cuts.has(start)}
                aria-label={t('split.cutBefore', { words: text.slice(0, 12) })}
                onClick={() => toggle(start)}
              >
                ✂
              </Button>
            )}
            {cuts.has(start) && <br />}
            {text}
          </span>
        ))}
      </div>
      <Radio.Group
        value={as}
        onChange={({ target }) => setAs(target.value as 'tasks' | 'parts')}
        options={[
          { value: 'tasks', label: t('split.asTasks') },
          { value: 'parts', label: t('split.asParts') },
        ]}
      />
    </Modal>
  );
}
