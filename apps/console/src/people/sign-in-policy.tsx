import { App, Button, Form, InputNumber, Select, Skeleton, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';

type Policy = Schemas['SignInPolicyDto']['policy'];
const POSTS = [
  'office',
  'officer',
  'leader',
  'auditor',
  'admin',
  'security',
  'head',
  'deputy',
  'contact',
  'handler',
] as const;
/** Whole numbers of the policy, each with its least and its most. */
const NUMBERS = [
  ['password', 'leastLength', 6, 64],
  ['password', 'remembered', 0, 24],
  ['password', 'mostAgeDays', 1, 3650],
  ['lockOut', 'tries', 1, 100],
  ['lockOut', 'addressTries', 1, 10_000],
  ['lockOut', 'firstMinutes', 1, 1440],
  ['lockOut', 'mostMinutes', 1, 10_080],
  ['session', 'hours', 1, 720],
  ['session', 'idleMinutes', 1, 1440],
] as const;

/** How one signs in (登录策略): the security administrator's to set, the others' to read. */
export function SignInPolicy() {
  const { t } = useTranslation(['admin', 'terms', 'console']);
  const { may } = useSession();
  const { message } = App.useApp();
  const policy = api.useQuery('get', '/api/v1/sign-in-policy');
  const put = api.useMutation('put', '/api/v1/sign-in-policy', {
    onSuccess: async () => {
      void message.success(t('saved'));
      await policy.refetch();
    },
    onError: useTellProblem(),
  });
  if (policy.error) return <ProblemView problem={policy.error} retry={() => void policy.refetch()} />;
  if (!policy.data) return <Skeleton active />;
  const { version, policy: now } = policy.data;
  const send = (fields: Policy): void =>
    put.mutate({
      body: {
        expectedVersion: version,
        policy: {
          ...now,
          confirmImportedPosts: fields.confirmImportedPosts,
          password: { ...now.password, ...fields.password, mostAgeDays: fields.password.mostAgeDays ?? null },
          lockOut: { ...now.lockOut, ...fields.lockOut },
          session: { ...now.session, ...fields.session },
          secondFactor: fields.secondFactor,
        },
      },
    });
  return (
    <Form<Policy> key={version} layout="vertical" initialValues={now} disabled={!may('sign_in.policy')} onFinish={send}>
      <div className="people-fields">
        {NUMBERS.map(([group, name, min, max]) => (
          <Form.Item
            key={`${group} ${name}`}
            name={[group, name]}
            label={t(`policy.${name}`)}
            rules={name === 'mostAgeDays' ? [] : [{ required: true, message: t('needed') }]}
          >
            <InputNumber min={min} max={max} precision={0} />
          </Form.Item>
        ))}
      </div>
      <Form.Item name={['secondFactor', 'posts']} label={t('policy.secondFactor')}>
        <Select
          mode="multiple"
          options={POSTS.map((value) => ({ value, label: t(`terms:post.${value}`) }))}
          placeholder={t('console:act.none')}
        />
      </Form.Item>
      <Form.Item
        name={['password', 'changeWhenSetByAdministrator']}
        label={t('policy.changeWhenSet')}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      <Form.Item name="confirmImportedPosts" label={t('policy.confirmImported')} valuePropName="checked">
        <Switch />
      </Form.Item>
      {may('sign_in.policy') && (
        <Button type="primary" htmlType="submit" loading={put.isPending}>
          {t('console:act.save')}
        </Button>
      )}
    </Form>
  );
}
