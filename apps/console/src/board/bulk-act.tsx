import { DatePicker, Form, Input, Modal, Progress } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, client, type Problem, type Schemas } from '../api/client';
import { problemText } from '../problem/problem-text';
import { useSession } from '../session/session';
import { INVERSES, together, type Undo } from '../undo/inverses';
import { useDone } from '../undo/use-done';
import type { Act } from './act';
import type { TaskRow } from './grid';

interface Said {
  reason?: string;
  resumeOn?: Dayjs;
  text?: string;
  leader?: string;
}
interface Outcome {
  row: TaskRow;
  problem: Problem | null;
  /** What takes back what was done of it. */
  undos: readonly Undo[];
}

/** An act on many tasks: what has to be said for it, how far it is, what was refused. */
export default function BulkAct({ act, rows, close }: { act: Act; rows: TaskRow[]; close: (isDone: boolean) => void }) {
  const { t } = useTranslation(['board', 'console']);
  const { me } = useSession();
  const say = useDone();
  const [form] = Form.useForm<Said>();
  const [outcomes, setOutcomes] = useState<Outcome[] | null>(null);
  const isRunning = outcomes !== null && outcomes.length < rows.length;
  const isOver = outcomes !== null && !isRunning;
  const failed = outcomes?.filter(({ problem }) => problem !== null) ?? [];

  const run = async (said: Said): Promise<void> => {
    const all: Outcome[] = [];
    setOutcomes([]);
    for (const row of rows) {
      const undos: Undo[] = [];
      const problem = await ACTS[act](row, said, undos).then(
        () => null,
        (error: unknown) => error as Problem,
      );
      all.push({ row, problem, undos });
      setOutcomes([...all]);
    }
    const undo = together(all.flatMap(({ undos }) => undos));
    const count = all.filter(({ problem }) => problem === null).length;
    if (undo !== null) say(t('bulk.done', { count }), undo);
  };
  return (
    <Modal
      open
      title={t('bulk.confirm', { count: rows.length, act: t(`bulk.${act}`) })}
      onCancel={() => close(outcomes !== null)}
      closable={!isRunning}
      okText={isOver ? t('bulk.close') : t(`bulk.${act}`)}
      onOk={() => (isOver ? close(true) : form.submit())}
      confirmLoading={isRunning}
      cancelButtonProps={{ disabled: isRunning, style: isOver ? { display: 'none' } : undefined }}
    >
      {outcomes === null ? (
        <Form form={form} layout="vertical" requiredMark={false} onFinish={(said: Said) => void run(said)}>
          {act !== 'suspend' && <p>{t('console:undo.binds')}</p>}
          {(act === 'suspend' || act === 'resume') && (
            <Form.Item
              name="reason"
              label={t('bulk.reason')}
              rules={[{ required: true, whitespace: true, message: t('bulk.reasonMissing') }]}
            >
              <Input.TextArea rows={3} maxLength={2000} />
            </Form.Item>
          )}
          {act === 'suspend' && (
            <Form.Item
              name="resumeOn"
              label={t('bulk.resumeOn')}
              rules={[{ required: true, message: t('bulk.resumeOnMissing') }]}
            >
              <DatePicker />
            </Form.Item>
          )}
          {act === 'instruct' && me.post !== 'leader' && (
            <Form.Item
              name="leader"
              label={t('bulk.leader')}
              rules={[{ required: true, message: t('bulk.reasonMissing') }]}
            >
              <Input maxLength={100} />
            </Form.Item>
          )}
          {act === 'instruct' && (
            <Form.Item
              name="text"
              label={t('bulk.text')}
              rules={[{ required: true, whitespace: true, message: t('bulk.textMissing') }]}
            >
              <Input.TextArea rows={3} maxLength={2000} />
            </Form.Item>
          )}
        </Form>
      ) : (
        <div aria-live="polite">
          <Progress percent={Math.round((outcomes.length / rows.length) * 100)} />
          <p>{t('bulk.progress', { done: outcomes.length, all: rows.length })}</p>
          {isOver && (
            <>
              <p>{t('bulk.done', { count: outcomes.length - failed.length })}</p>
              {failed.length > 0 && <p>{t('bulk.failed', { count: failed.length })}</p>}
              <ul>
                {failed.map(({ row, problem }) => (
                  <li key={row.id}>
                    {row.number} {problemText(problem)}
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
    </Modal>
  );
}

/** The parts of a task that are in one of these states, by what they are now: another may have moved them meanwhile. */
async function partsOf(row: TaskRow, isMeant: (part: Schemas['TaskDto']['assignments'][number]) => boolean) {
  const task = await answerOf(client.GET('/api/v1/tasks/{id}', { params: { path: { id: row.id } } }));
  return [task, ...task.subtasks].flatMap(({ assignments }) => assignments).filter(isMeant);
}

const ACTS: Readonly<Record<Act, (row: TaskRow, said: Said, undos: Undo[]) => Promise<unknown>>> = {
  verify: async (row) => {
    for (const part of await partsOf(row, ({ state, role }) => state === 'reported' && role === 'lead')) {
      await transit(part, { event: 'verify' });
    }
  },
  suspend: async (row, { reason, resumeOn }, undos) => {
    for (const part of await partsOf(
      row,
      ({ state, marks }) => (state === 'assigned' || state === 'in_progress') && !marks?.includes('suspended'),
    )) {
      const after = await transit(part, { event: 'suspend', reason, resumeOn: resumeOn?.format('YYYY-MM-DD') });
      undos.push(INVERSES.suspend(after));
    }
  },
  resume: async (row, { reason }) => {
    for (const part of await partsOf(row, ({ marks }) => marks?.includes('suspended') ?? false)) {
      await transit(part, { event: 'resume', reason });
    }
  },
  instruct: (row, { text = '', leader }) =>
    answerOf(
      client.POST('/api/v1/tasks/{id}/instructions', {
        params: { path: { id: row.id } },
        body: { text, ...(leader ? { leader } : {}) },
      }),
    ),
};

type TransitionBody = Schemas['AssignmentTransitionDto'];

const transit = ({ id, version }: { id: string; version: number }, body: Omit<TransitionBody, 'expectedVersion'>) =>
  answerOf(
    client.POST('/api/v1/assignments/{id}/transitions', {
      params: { path: { id } },
      body: { ...body, expectedVersion: version },
    }),
  );
