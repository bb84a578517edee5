import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Tabs } from '../layout/tabs';
import { PageHead } from '../layout/page-head';
import { Accounts } from './accounts';
import { Delegations } from './delegations';
import { PostChanges } from './post-changes';
import { SignInPolicy } from './sign-in-policy';
import './people.css';

/** People and posts (人员与岗位): accounts, who is given which post, who stands in, how one signs in. */
export default function PeoplePage() {
  const { t } = useTranslation('admin');
  const [search, setSearch] = useSearchParams();
  return (
    <>
      <PageHead title={t('people.title')} />
      <section className="panel">
        <Tabs
          activeKey={search.get('show') ?? 'accounts'}
          onChange={(show) => setSearch({ show })}
          destroyOnHidden
          items={[
            { key: 'accounts', label: t('people.accounts'), children: <Accounts /> },
            { key: 'changes', label: t('people.changes'), children: <PostChanges /> },
            { key: 'delegations', label: t('people.delegations'), children: <Delegations /> },
            { key: 'policy', label: t('people.policy'), children: <SignInPolicy /> },
          ]}
        />
      </section>
    </>
  );
}
