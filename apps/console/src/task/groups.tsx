import { Alert, Button, Form, InputNumber, Select, Spin, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { INVERSES } from '../undo/inverses';
import { useDone } from '../undo/use-done';

type Standing = Schemas['StandingsDto']['items'][number];
type Rule = Standing['rule'];

/** The groups (集合单位) by which units have parts in a task: with whom each has done its part, and how far it is. */
export default function Groups({ taskId, again }: { taskId: string; again: () => void }) {
  const groups = api.useQuery('get', '/api/v1/tasks/{id}/group-completion', { params: { path: { id: taskId } } });
  if (groups.error) return <ProblemView problem={groups.error} retry={() => void groups.refetch()} />;
  if (!groups.data) return <Spin />;
  return (
    <ul className="plain groups">
      {groups.data.items.map((one) => (
        <Group key={one.groupId} taskId={taskId} of={one} again={again} />
      ))}
    </ul>
  );
}

function Group({ taskId, of, again }: { taskId: string; of: Standing; again: () => void }) {
  const { t } = useTranslation('task');
  const { me, may } = useSession();
  const [isSetting, setSetting] = useState(false);
  return (
    <li>
      <strong>{of.groupName}</strong> · {t('group.done', { done: of.done, members: of.members })} ·{' '}
      {ruleWords(t, of.rule)} {of.isComplete && <Tag color="green">{t('group.complete')}</Tag>}
      {me.unitId === null && may('assignment.judge') && !isSetting && (
        <Button size="small" aria-label={`${t('group.set')} ${of.groupName}`} onClick={() => setSetting(true)}>
          {t('group.set')}
        </Button>
      )}
      {isSetting && <SetRule taskId={taskId} of={of} again={again} close={() => setSetting(false)} />}
    </li>
  );
}

const ruleWords = (t: ReturnType<typeof useTranslation<'task'>>['t'], rule: Rule): string =>
  typeof rule === 'object' ? t('group.atLeast', { count: rule.atLeast }) : t(`group.${rule}`);

interface Fields {
  rule: 'all' | 'any' | 'atLeast';
  atLeast?: number;
}

function SetRule({ taskId, of, again, close }: { taskId: string; of: Standing; again: () => void; close: () => void }) {
  const { t } = useTranslation(['task', 'console']);
  const say = useDone();
  const [form] = Form.useForm<Fields>();
  const rule = Form.useWatch('rule', form);
  const put = api.useMutation('put', '/api/v1/tasks/{id}/group-completion', {
    onSuccess: ({ groupId, version }) => {
      say(t('group.changed'), INVERSES.setGroupRule(taskId, { groupId, rule: of.rule }, version));
      again();
      close();
    },
  });
  const set = ({ rule, atLeast = 1 }: Fields): void =>
    put.mutate({
      params: { path: { id: taskId } },
      body: {
        groupId: of.groupId,
        rule: rule === 'atLeast' ? { atLeast } : rule,
        expectedVersion: of.version,
      },
    });
  return (
    <Form<Fields>
      form={form}
      name={`group-${of.groupId}`}
      layout="vertical"
      requiredMark={false}
      className="group-rule"
      initialValues={typeof of.rule === 'object' ? { rule: 'atLeast', ...of.rule } : { rule: of.rule }}
      onFinish={set}
    >
      {put.error && <ProblemView problem={put.error} />}
      <Form.Item name="rule" label={t('group.rule')} extra={t('group.follows')}>
        <Select
          options={[
            { value: 'all', label: t('group.all') },
            { value: 'any', label: t('group.any') },
            { value: 'atLeast', label: t('group.some') },
          ]}
        />
      </Form.Item>
      {rule === 'atLeast' && (
        <Form.Item
          name="atLeast"
          label={t('group.count', { members: of.members })}
          rules={[{ required: true, message: t('group.need') }]}
        >
          <InputNumber min={1} max={of.members} precision={0} />
        </Form.Item>
      )}
      {of.members === 0 && <Alert type="info" showIcon className="task-note" title={t('group.nobody')} />}
      <div className="group-acts">
        <Button type="primary" htmlType="submit" loading={put.isPending}>
          {t('group.ok')}
        </Button>
        <Button onClick={close}>{t('console:act.cancel')}</Button>
      </div>
    </Form>
  );
}
