import { Button, Input, Tag } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { Table } from '../layout/table';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { AccountDrawer } from './account-drawer';
import { NewAccount } from './new-account';
import { type Person, PERSONS, usePersons } from './persons';
import { usePostName } from './post-name';

/** Every account (账号), found by name, post or unit as one types. */
export function Accounts() {
  const { t } = useTranslation('admin');
  const { may } = useSession();
  const postName = usePostName();
  const queries = useQueryClient();
  const persons = usePersons();
  const [words, setWords] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const [isMaking, setMaking] = useState(false);
  const found = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    return (persons.data ?? []).filter(({ username, displayName, posts }) =>
      [username, displayName, ...posts.map((post) => postName(post))].some((one) => one.toLowerCase().includes(wanted)),
    );
  }, [persons.data, words, postName]);
  const changed = (): void => void queries.invalidateQueries({ queryKey: PERSONS });
  return (
    <>
      <div className="people-acts" data-tour="accounts">
        <Input.Search
          style={{ maxWidth: 320 }}
          aria-label={t('people.find')}
          placeholder={t('people.find')}
          allowClear
          maxLength={60}
          onChange={(event) => setWords(event.target.value)}
        />
        {may('account.create') && (
          <Button type="primary" onClick={() => setMaking(true)}>
            {t('people.new')}
          </Button>
        )}
      </div>
      {persons.error && <ProblemView problem={persons.error} retry={() => void persons.refetch()} />}
      <Table<Person>
        rowKey="id"
        size="small"
        scroll={{ x: 760 }}
        loading={persons.isPending}
        pagination={{ pageSize: 20, showSizeChanger: false }}
        locale={{ emptyText: persons.isPending ? <></> : <Empty says={t('people.none')} /> }}
        dataSource={found}
        columns={[
          { title: t('people.username'), dataIndex: 'username' },
          { title: t('people.name'), dataIndex: 'displayName' },
          {
            title: t('people.posts'),
            dataIndex: 'posts',
            render: (posts: Person['posts']) => posts.map((post) => postName(post)).join('、') || '–',
          },
          {
            title: t('people.state'),
            key: 'state',
            render: (_, { isActive, erasedAt, lockedUntil, hasSecondFactor }) => (
              <>
                {!isActive && <Tag>{t(erasedAt ? 'erasure.erased' : 'people.closed')}</Tag>}
                {lockedUntil && <Tag color="red">{t('people.locked')}</Tag>}
                {hasSecondFactor && <Tag color="blue">{t('people.secondFactor')}</Tag>}
              </>
            ),
          },
          { title: t('people.sessions'), dataIndex: 'sessions' },
          {
            key: 'open',
            render: (_, { username }) => (
              <Button size="small" onClick={() => setOpen(username)}>
                {t('people.manage')}
              </Button>
            ),
          },
        ]}
      />
      <AccountDrawer
        person={persons.data?.find(({ username }) => username === open) ?? null}
        close={() => setOpen(null)}
        changed={changed}
      />
      <NewAccount
        isOpen={isMaking}
        close={() => setMaking(false)}
        made={(username) => {
          changed();
          setMaking(false);
          setOpen(username);
        }}
      />
    </>
  );
}
