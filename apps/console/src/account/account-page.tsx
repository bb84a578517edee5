import { App, Button, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Table } from '../layout/table';
import { api } from '../api/client';
import { Instant } from '../layout/day';
import { PageHead } from '../layout/page-head';
import { changeView, useView } from '../layout/view';
import { useTellProblem } from '../problem/use-problem';
import { Delegations } from '../people/delegations';
import { useSession } from '../session/session';
import { OwnPassword } from '../session/sign-in';
import { ApiTokens } from './api-tokens';
import { Contact } from './contact';
import { MessagePreference } from './message-preference';
import { OwnFactor } from './own-factor';
import './account.css';

/** What is about oneself: where one is reached, how the console looks, how one signs in, what acts in one’s name. */
export default function AccountPage() {
  const { t } = useTranslation('account');
  const { may } = useSession();
  return (
    <>
      <PageHead title={t('page.title')} />
      <Contact />
      <StandingIn />
      {may('inbox.read') && <MessagePreference />}
      <Looks />
      <Password />
      <OwnFactor />
      <Sessions />
      <ApiTokens />
    </>
  );
}

/** Whoever goes away has somebody stand in (代行); heads and the office see to it for others, too. */
function StandingIn() {
  const { t } = useTranslation('account');
  return (
    <section className="panel">
      <h2>{t('page.delegations')}</h2>
      <Delegations />
    </section>
  );
}

function Looks() {
  const { t } = useTranslation('account');
  const view = useView();
  return (
    <section className="panel">
      <h2>{t('page.view')}</h2>
      <p>
        <label>
          <Switch checked={view.isLarge} onChange={(isLarge) => changeView({ isLarge })} /> {t('page.large')}
        </label>
      </p>
      <p>
        <label>
          <Switch checked={view.isContrast} onChange={(isContrast) => changeView({ isContrast })} />{' '}
          {t('page.contrast')}
        </label>
      </p>
    </section>
  );
}

function Password() {
  const { t } = useTranslation('account');
  const { message } = App.useApp();
  const [round, setRound] = useState(0);
  return (
    <section className="panel">
      <h2>{t('page.password')}</h2>
      <div style={{ maxWidth: 420 }}>
        <OwnPassword
          key={round}
          done={() => {
            setRound(round + 1);
            void message.success(t('page.passwordChanged'));
          }}
        />
      </div>
    </section>
  );
}

function Sessions() {
  const { t } = useTranslation('account');
  const tell = useTellProblem();
  const sessions = api.useQuery('get', '/api/v1/sessions');
  const after = { onSuccess: () => sessions.refetch(), onError: tell };
  const endOne = api.useMutation('delete', '/api/v1/sessions/{id}', after);
  const endOthers = api.useMutation('delete', '/api/v1/sessions', after);
  return (
    <section className="panel">
      <h2>{t('page.sessions')}</h2>
      <Table
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: true }}
        loading={sessions.isPending}
        dataSource={sessions.data?.items}
        columns={[
          { title: t('page.device'), dataIndex: 'device', ellipsis: true, width: 320 },
          { title: t('page.address'), dataIndex: 'address' },
          { title: t('page.lastUsed'), dataIndex: 'lastUsedAt', render: (at: string) => <Instant at={at} /> },
          {
            key: 'end',
            render: (_, { id, isCurrent }) =>
              isCurrent ? (
                t('page.current')
              ) : (
                <Button size="small" onClick={() => endOne.mutate({ params: { path: { id } } })}>
                  {t('page.end')}
                </Button>
              ),
          },
        ]}
      />
      <p>
        <Button onClick={() => endOthers.mutate({})}>{t('page.endOthers')}</Button>
      </p>
    </section>
  );
}
