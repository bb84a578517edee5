import { Button, Input, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Table } from '../layout/table';
import { api } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { Light } from '../lights/light';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { RegisterMatter } from './register-matter';
import './matters.css';

const STATES = ['assigned', 'in_progress', 'reported', 'verified', 'cancelled', 'not_implemented'] as const;

/** Matters that came from elsewhere (事项登记): the list, and the form that takes another in. */
export default function MattersPage() {
  const { t, i18n } = useTranslation(['matters', 'terms', 'console']);
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const kinds = api.useQuery('get', '/api/v1/matters/kinds');
  const language = i18n.language === 'en' ? 'en' : 'zh';
  const all = kinds.data?.items ?? [];
  const kind = all.find(({ id }) => id === search.get('kind'))?.id;
  const state = STATES.find((one) => one === search.get('state'));
  const q = search.get('q') ?? '';
  const matters = usePages('/api/v1/matters', {
    limit: 50,
    ...(kind ? { kind } : {}),
    ...(state ? { state } : {}),
    ...(q ? { q } : {}),
  });
  const set = (name: string, value: string | undefined): void => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true });
  };
  const isRegistering = search.get('new') !== null;
  const nameOf = (id: string): string => all.find((one) => one.id === id)?.name[language] ?? id;
  return (
    <>
      <PageHead title={t('matters:title')}>
        {may('matter.register') && (
          <Button type="primary" onClick={() => set('new', isRegistering ? undefined : '1')}>
            {t(isRegistering ? 'matters:hide' : 'matters:register')}
          </Button>
        )}
      </PageHead>
      {kinds.error && <ProblemView problem={kinds.error} retry={() => void kinds.refetch()} />}
      {isRegistering && all.length > 0 && <RegisterMatter kinds={all} registered={() => void matters.refetch()} />}
      <section className="panel">
        <div className="matter-filters">
          <Input.Search
            allowClear
            defaultValue={q}
            placeholder={t('matters:search')}
            aria-label={t('matters:search')}
            onSearch={(words) => set('q', words.trim())}
            style={{ width: '18.5em' }}
          />
          <Select
            allowClear
            placeholder={t('matters:kind')}
            aria-label={t('matters:kind')}
            style={{ width: '11.5em' }}
            value={kind}
            onChange={(value) => set('kind', value)}
            options={all.map(({ id, name }) => ({ value: id, label: name[language] }))}
          />
          <Select
            allowClear
            placeholder={t('matters:state')}
            aria-label={t('matters:state')}
            style={{ width: '9.5em' }}
            value={state}
            onChange={(value) => set('state', value)}
            options={STATES.map((value) => ({ value, label: t(`terms:assignment.${value}`) }))}
          />
        </div>
        {matters.error && <ProblemView problem={matters.error} retry={() => void matters.refetch()} />}
        <Table
          rowKey="taskId"
          loading={matters.isPending}
          dataSource={matters.items}
          pagination={false}
          scroll={{ x: 'max-content' }}
          locale={{ emptyText: <Empty says={t('matters:empty')} /> }}
          columns={[
            {
              title: t('matters:number'),
              dataIndex: 'number',
              render: (number: string, { taskId }) => <Link to={`/tasks/${taskId}`}>{number}</Link>,
            },
            { title: t('matters:kind'), dataIndex: 'kind', render: nameOf },
            {
              title: t('matters:content'),
              dataIndex: 'content',
              render: (content: string, { title, sameAs }) => (
                <div className="matter-content">
                  {title && <b>{title} </b>}
                  {content} {sameAs && <Tag>{t('matters:same')}</Tag>}
                </div>
              ),
            },
            { title: t('terms:role.lead'), dataIndex: 'leads', render: (leads: string[]) => leads.join('、') },
            {
              title: t('matters:received'),
              dataIndex: 'receivedOn',
              render: (day: string) => <Day date={day} />,
            },
            {
              title: t('matters:due'),
              dataIndex: 'dueOn',
              render: (day: string | null, { state: its }) => <Day date={day} isDue={its !== 'verified'} />,
            },
            {
              title: t('matters:state'),
              dataIndex: 'state',
              render: (its: (typeof STATES)[number], { light }) => (
                <>
                  <Light light={light} isShort /> {t(`terms:assignment.${its}`)}
                </>
              ),
            },
          ]}
        />
        {matters.hasNextPage && (
          <Button block loading={matters.isFetchingNextPage} onClick={() => void matters.fetchNextPage()}>
            {t('console:act.more')}
          </Button>
        )}
      </section>
    </>
  );
}
