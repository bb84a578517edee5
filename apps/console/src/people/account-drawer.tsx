import { Alert, App, Button, Descriptions, Drawer, Form, Grid, Input, Popconfirm } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { Instant } from '../layout/day';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import { ErasePerson } from './erase-person';
import { MessageRecordButton } from './message-record';
import type { Person } from './persons';
import { usePostName } from './post-name';

interface Fields {
  displayName: string;
  email?: string | null;
  mobile?: string | null;
  password?: string;
}

/** One account: what an administrator changes, and what the security administrator does for whoever cannot get in. */
export function AccountDrawer({
  person,
  close,
  changed,
}: {
  person: Person | null;
  close: () => void;
  changed: () => void;
}) {
  const { t } = useTranslation(['admin', 'console']);
  const { me, may } = useSession();
  const isWide = Grid.useBreakpoint().md ?? true;
  const postName = usePostName();
  if (person === null) return null;
  const isOwn = person.id === me.personId;
  return (
    <Drawer open onClose={close} size={isWide ? 560 : '100%'} title={`${person.displayName} · ${person.username}`}>
      <Descriptions
        column={1}
        size="small"
        bordered
        items={[
          {
            key: 'posts',
            label: t('people.posts'),
            children: person.posts.map((post) => postName(post)).join('、') || '–',
          },
          { key: 'sessions', label: t('people.sessions'), children: person.sessions },
          {
            key: 'second',
            label: t('people.secondFactor'),
            children: t(person.hasSecondFactor ? 'console:act.yes' : 'console:act.no'),
          },
          ...(person.lockedUntil
            ? [{ key: 'locked', label: t('people.lockedUntil'), children: <Instant at={person.lockedUntil} /> }]
            : []),
          ...(person.erasedAt
            ? [{ key: 'erased', label: t('erasure.erased'), children: <Instant at={person.erasedAt} /> }]
            : []),
        ]}
      />
      {isOwn && <Alert type="info" showIcon title={t('people.own')} />}
      {!isOwn && may('sign_in.administer') && person.erasedAt === null && (
        <SignInActs person={person} changed={changed} />
      )}
      {!isOwn && may('account.edit') && person.erasedAt === null && <Edit person={person} changed={changed} />}
      {may('delivery.read_all') && (
        <>
          <h3>{t('record.title')}</h3>
          <MessageRecordButton username={person.username} name={person.displayName} />
        </>
      )}
      {!isOwn && may('person.erase') && person.erasedAt === null && (
        <ErasePerson
          key={person.username}
          person={person}
          erased={() => {
            close();
            changed();
          }}
        />
      )}
    </Drawer>
  );
}

function SignInActs({ person, changed }: { person: Person; changed: () => void }) {
  const { t } = useTranslation('admin');
  const { message } = App.useApp();
  const tell = useTellProblem();
  const after = {
    onSuccess: () => {
      void message.success(t('done'));
      changed();
    },
    onError: tell,
  };
  const params = { path: { username: person.username } };
  const unlock = api.useMutation('post', '/api/v1/persons/{username}/unlock', after);
  const endAll = api.useMutation('delete', '/api/v1/persons/{username}/sessions', after);
  const reset = api.useMutation('delete', '/api/v1/persons/{username}/second-factor', after);
  return (
    <>
      <h3>{t('people.signIn')}</h3>
      <div className="people-acts">
        <Button disabled={person.lockedUntil === null} onClick={() => unlock.mutate({ params })}>
          {t('people.unlock')}
        </Button>
        <Popconfirm title={t('people.endSessionsSure')} onConfirm={() => endAll.mutate({ params })}>
          <Button disabled={person.sessions === 0}>{t('people.endSessions')}</Button>
        </Popconfirm>
        <Popconfirm title={t('people.resetFactorSure')} onConfirm={() => reset.mutate({ params })}>
          <Button disabled={!person.hasSecondFactor}>{t('people.resetFactor')}</Button>
        </Popconfirm>
      </div>
    </>
  );
}

function Edit({ person, changed }: { person: Person; changed: () => void }) {
  const { t } = useTranslation(['admin', 'console']);
  const { message } = App.useApp();
  const [form] = Form.useForm<Fields>();
  const { username, displayName, email, mobile, isActive } = person;
  useEffect(() => form.setFieldsValue({ displayName, email, mobile }), [form, displayName, email, mobile]);
  const edit = api.useMutation('patch', '/api/v1/persons/{username}', {
    onSuccess: () => {
      void message.success(t('saved'));
      form.resetFields(['password']);
      changed();
    },
    onError: useTellProblem(),
  });
  const send = (body: Parameters<typeof edit.mutate>[0]['body']): void =>
    edit.mutate({ params: { path: { username } }, body });
  return (
    <>
      <h3>{t('people.edit')}</h3>
      <Form
        form={form}
        layout="vertical"
        onFinish={({ displayName: name, email: mail, mobile: number, password }) =>
          send({
            ...(name === displayName ? {} : { displayName: name }),
            ...((mail || null) === email ? {} : { email: mail || null }),
            ...((number || null) === mobile ? {} : { mobile: number || null }),
            ...(password ? { password } : {}),
          })
        }
      >
        <Form.Item name="displayName" label={t('people.name')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={60} autoComplete="off" />
        </Form.Item>
        <Form.Item name="email" label={t('people.email')}>
          <Input type="email" maxLength={200} autoComplete="off" />
        </Form.Item>
        <Form.Item name="mobile" label={t('people.mobile')}>
          <Input maxLength={20} autoComplete="off" />
        </Form.Item>
        <Form.Item name="password" label={t('people.password')} extra={t('people.passwordHelp')}>
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
        <div className="people-acts">
          <Button type="primary" htmlType="submit" loading={edit.isPending}>
            {t('console:act.save')}
          </Button>
          {isActive ? (
            <Popconfirm title={t('people.closeSure')} onConfirm={() => send({ isActive: false })}>
              <Button danger>{t('people.close')}</Button>
            </Popconfirm>
          ) : (
            <Button onClick={() => send({ isActive: true })}>{t('people.reopen')}</Button>
          )}
        </div>
      </Form>
    </>
  );
}
