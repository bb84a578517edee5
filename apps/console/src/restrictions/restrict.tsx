import { Button, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { useAsk } from '../undo/use-ask';
import { useDone } from '../undo/use-done';
import { PeopleSelect } from './people-select';

type Named = Schemas['NamedPeopleDto']['items'];

/** Who alone may know of a matter (限知), a plan or a task with its parts; nobody is named where all may. */
export function Restrict({ kind, id, changed }: { kind: 'plan' | 'task'; id: string; changed: () => void }) {
  const params = { params: { path: { id } } };
  const isPlan = kind === 'plan';
  const ofPlan = api.useQuery('get', '/api/v1/plans/{id}/restrictions', params, { enabled: isPlan });
  const ofTask = api.useQuery('get', '/api/v1/tasks/{id}/restrictions', params, { enabled: !isPlan });
  const found = isPlan ? ofPlan : ofTask;
  const putPlan = api.useMutation('put', '/api/v1/plans/{id}/restrictions');
  const putTask = api.useMutation('put', '/api/v1/tasks/{id}/restrictions');
  if (found.error) return <ProblemView problem={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return null;
  const put = isPlan ? putPlan : putTask;
  const problem = put.error;
  return (
    <Naming
      key={found.data.items.map(({ username }) => username).join(' ')}
      named={found.data.items}
      problem={problem}
      isSending={put.isPending}
      send={async (usernames) => {
        await put.mutateAsync({ ...params, body: { usernames } });
        await found.refetch();
        changed();
      }}
    />
  );
}

function Naming({
  named,
  problem,
  isSending,
  send,
}: {
  named: Named;
  problem: Schemas['Problem'] | null;
  isSending: boolean;
  /** @throws Problem */
  send: (usernames: string[]) => Promise<void>;
}) {
  const { t } = useTranslation(['plans', 'console']);
  const ask = useAsk();
  const say = useDone();
  const { me } = useSession();
  // Whoever restricts it is always among them.
  const chosen = named.length > 0 ? named : [{ username: me.username, displayName: me.name }];
  const set = async (usernames: string[]): Promise<void> => {
    const isLifted = usernames.length === 0;
    const isMeant = await ask({
      title: t(isLifted ? 'plans:restrict.liftAsk' : 'plans:restrict.ask', { count: usernames.length }),
      content: t(isLifted ? 'plans:restrict.liftFollows' : 'plans:restrict.follows'),
      ok: t(isLifted ? 'plans:restrict.lift' : 'plans:restrict.set'),
      danger: true,
    });
    if (!isMeant) return;
    await send(usernames).then(
      () => say(t(isLifted ? 'plans:restrict.lifted' : 'plans:restrict.done')),
      () => undefined,
    );
  };
  return (
    <Form<{ usernames: string[] }>
      layout="vertical"
      requiredMark={false}
      initialValues={{ usernames: chosen.map(({ username }) => username) }}
      onFinish={({ usernames }) => void set(usernames)}
    >
      <p>
        {named.length === 0
          ? t('plans:restrict.none')
          : t('plans:restrict.named', { names: named.map(({ displayName }) => displayName).join('、') })}
      </p>
      {problem && <ProblemView problem={problem} />}
      <Form.Item
        name="usernames"
        label={t('plans:restrict.who')}
        extra={t('plans:restrict.help')}
        rules={[{ required: true, message: t('plans:restrict.need') }]}
      >
        <PeopleSelect known={chosen} />
      </Form.Item>
      <div className="manage-acts">
        <Button htmlType="submit" loading={isSending}>
          {t('plans:restrict.set')}
        </Button>
        {named.length > 0 && (
          <Button danger disabled={isSending} onClick={() => void set([])}>
            {t('plans:restrict.lift')}
          </Button>
        )}
      </div>
    </Form>
  );
}
