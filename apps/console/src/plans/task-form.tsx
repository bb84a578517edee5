import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem, Schemas } from '../api/client';
import { UnitNamesSelect } from '../directory/unit-names-select';
import { ProblemView } from '../problem/problem-view';
import { AlsoOpenNote } from '../drafts/also-open-note';
import { ChangedMeanwhile, useOthersSince } from '../drafts/changed-meanwhile';
import type { Task } from './plan';
import { TaskFacts } from './task-facts';

type Body = Omit<Schemas['TaskEditDto'], 'expectedVersion' | 'upperAssignmentId'>;
interface Values extends Omit<Body, 'deadline'> {
  deadlineText?: string;
  deadlineDue?: string;
}
const COMPARATORS = ['eq', 'gte', 'lte', 'gt', 'lt', 'approx', 'range'] as const;

const bodyOf = ({ deadlineText, deadlineDue, milestones, targets, number, ...rest }: Values): Body => ({
  ...rest,
  number: number || null,
  deadline: deadlineText || deadlineDue ? { text: deadlineText || deadlineDue!, due: deadlineDue || null } : null,
  milestones: (milestones ?? []).map(({ text, due }) => ({ text, due: due || null })),
  targets: (targets ?? []).map((target) => ({ ...target, unit: target.unit ?? '', upper: target.upper ?? null })),
});

/** A task of a draft put right in its place, or a new one. */
export function TaskForm({
  task,
  save,
  reread,
  close,
}: {
  task: Task | null;
  /** @throws Problem */
  save: (body: Body, expectedVersion: number | undefined) => Promise<unknown>;
  reread: () => Promise<unknown>;
  close: () => void;
}) {
  const { t } = useTranslation(['plans', 'terms', 'console']);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setSending] = useState(false);
  // What one began with: what another saves meanwhile is told, and not written over unseen.
  const [base, setBase] = useState(task);
  const send = async (values: Values): Promise<void> => {
    setSending(true);
    try {
      await save(bodyOf(values), base?.version);
      close();
    } catch (thrown) {
      setProblem(thrown as Problem);
    } finally {
      setSending(false);
    }
  };
  return (
    <Form<Values>
      layout="vertical"
      size="small"
      name="task"
      className="task-form"
      initialValues={
        task
          ? {
              ...task,
              deadlineText: task.deadline?.text,
              deadlineDue: task.deadline?.due ?? undefined,
              targets: task.targets.map(({ text, comparator, value, unit, upper }) => ({
                text,
                comparator,
                value,
                unit,
                upper,
              })),
            }
          : {}
      }
      onFinish={(values) => void send(values)}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      {problem && <ProblemView problem={problem} />}
      {task && <AlsoOpenNote taskId={task.id} form="draft" />}
      {task && base && <EditedMeanwhile task={task} base={base} reread={reread} seen={() => setBase(task)} />}
      <div className="task-form-row">
        <Form.Item name="number" label={t('plans:field.number')} className="task-form-number">
          <Input autoFocus={task === null} />
        </Form.Item>
        <Form.Item
          name="content"
          label={t('plans:field.content')}
          rules={[{ required: true, message: t('plans:need.content') }]}
          className="task-form-wide"
        >
          <Input.TextArea rows={3} autoFocus={task !== null} />
        </Form.Item>
      </div>
      {(['lead', 'responsible', 'cooperating'] as const).map((role) => (
        <Form.Item key={role} name={role} label={t(`terms:role.${role}`)}>
          <UnitNamesSelect />
        </Form.Item>
      ))}
      <Form.Item name="leaders" label={t('plans:field.leaders')}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={['、', '，', ',']} />
      </Form.Item>
      <div className="task-form-row">
        <Form.Item name="deadlineText" label={t('plans:field.deadlineText')} className="task-form-wide">
          <Input />
        </Form.Item>
        <Form.Item name="deadlineDue" label={t('plans:field.due')}>
          <Input type="date" />
        </Form.Item>
      </div>
      <Dated />
      <Targets />
      <Space>
        <Button type="primary" htmlType="submit" loading={isSending}>
          {t('console:act.save')}
        </Button>
        <Button onClick={close}>{t('console:act.cancel')}</Button>
      </Space>
    </Form>
  );
}

/** Somebody else has saved the same task: who did what, and how it reads now; what one has typed stays. */
function EditedMeanwhile({
  task,
  base,
  reread,
  seen,
}: {
  task: Task;
  base: Task;
  reread: () => Promise<unknown>;
  seen: () => void;
}) {
  const { t } = useTranslation(['plans', 'drafts']);
  const { fresh, look } = useOthersSince(task.id);
  const isReread = task.version !== base.version;
  if (fresh.length === 0 && !isReread) return null;
  return (
    <>
      <ChangedMeanwhile events={fresh} see={isReread ? undefined : () => void reread()} />
      {isReread && (
        <blockquote className="quoted">
          <p className="words">{task.content}</p>
          <TaskFacts task={task} />
          <p>
            <Button
              onClick={() => {
                look();
                seen();
              }}
            >
              {t('drafts:keepMine')}
            </Button>
          </p>
        </blockquote>
      )}
    </>
  );
}

function Dated() {
  const { t } = useTranslation('plans');
  return (
    <Form.List name="milestones">
      {(fields, { add, remove }) => (
        <fieldset className="task-form-list">
          <legend>{t('field.milestones')}</legend>
          {fields.map(({ key, name }) => (
            <Space key={key} wrap align="baseline">
              <Form.Item name={[name, 'text']} rules={[{ required: true, message: t('need.words') }]}>
                <Input aria-label={t('field.milestones')} style={{ width: '18.5em' }} />
              </Form.Item>
              <Form.Item name={[name, 'due']}>
                <Input type="date" aria-label={t('field.due')} />
              </Form.Item>
              <Button
                type="text"
                icon={<MinusCircleOutlined />}
                aria-label={t('act.remove')}
                onClick={() => remove(name)}
              />
            </Space>
          ))}
          <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({ text: '' })}>
            {t('act.addMilestone')}
          </Button>
        </fieldset>
      )}
    </Form.List>
  );
}

function Targets() {
  const { t } = useTranslation('plans');
  return (
    <Form.List name="targets">
      {(fields, { add, remove }) => (
        <fieldset className="task-form-list">
          <legend>{t('field.targets')}</legend>
          {fields.map(({ key, name }) => (
            <Space key={key} wrap align="baseline">
              <Form.Item name={[name, 'text']} rules={[{ required: true, message: t('need.words') }]}>
                <Input aria-label={t('field.targetText')} style={{ width: '14.5em' }} />
              </Form.Item>
              <Form.Item name={[name, 'comparator']}>
                <Select
                  aria-label={t('field.comparator')}
                  style={{ width: '6em' }}
                  options={COMPARATORS.map((value) => ({ value, label: t(`comparator.${value}`) }))}
                />
              </Form.Item>
              <Form.Item name={[name, 'value']} rules={[{ required: true, message: t('need.figure') }]}>
                <InputNumber aria-label={t('field.value')} style={{ width: '6.5em' }} />
              </Form.Item>
              <Form.Item noStyle shouldUpdate>
                {({ getFieldValue }) =>
                  getFieldValue(['targets', name, 'comparator']) === 'range' && (
                    <Form.Item name={[name, 'upper']}>
                      <InputNumber aria-label={t('field.upper')} style={{ width: '6.5em' }} />
                    </Form.Item>
                  )
                }
              </Form.Item>
              <Form.Item name={[name, 'unit']}>
                <Input aria-label={t('field.unitOf')} style={{ width: '4.5em' }} />
              </Form.Item>
              <Button
                type="text"
                icon={<MinusCircleOutlined />}
                aria-label={t('act.remove')}
                onClick={() => remove(name)}
              />
            </Space>
          ))}
          <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({ text: '', comparator: 'gte', unit: '' })}>
            {t('act.addTarget')}
          </Button>
        </fieldset>
      )}
    </Form.List>
  );
}
