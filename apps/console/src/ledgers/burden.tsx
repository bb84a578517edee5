import { DownloadOutlined } from '@ant-design/icons';
import { Button, Input, Skeleton } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { answerOf, api, client, type Schemas } from '../api/client';
import { saveAs } from '../api/save-as';
import { dayOf } from '../layout/day';
import { Empty } from '../layout/empty';
import { useSubject } from '../layout/subject';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import { UnitBars } from './unit-bars';

type Row = Schemas['BurdenLedgerDto']['items'][number];
const COUNTS = ['reports', 'figures', 'figuresAskedAgain', 'messages', 'notices', 'talks'] as const;
/** Of a bar; that a figure is asked for again is counted among the figures already. */
const BARS = { reports: '#17437e', figures: '#6c9bd2', messages: '#98a2b3', notices: '#b98300', talks: '#b42318' };

/** What is demanded of each unit, month by month (负担台账), so that somebody sees where it is too much. */
export function Burden() {
  const { t } = useTranslation('ledgers');
  const { may } = useSession();
  const tell = useTellProblem();
  const [search, setSearch] = useSearchParams();
  const month = dayOf(now()).slice(0, 7);
  const range = { from: search.get('from') ?? `${month.slice(0, 4)}-01`, to: search.get('to') ?? month };
  const burden = api.useQuery('get', '/api/v1/burden', { params: { query: range } });
  const take = async (format: 'xlsx' | 'csv'): Promise<void> => {
    try {
      const asked = client.GET('/api/v1/burden/export', { params: { query: { ...range, format } }, parseAs: 'blob' });
      saveAs(await answerOf(asked), `${t('burden.tab')}.${format}`);
    } catch (problem) {
      tell(problem);
    }
  };
  const items = burden.data?.items;
  return (
    <>
      <p>{t('burden.about')}</p>
      <div className="people-acts">
        {(['from', 'to'] as const).map((end) => (
          <label key={end}>
            {t(`burden.${end}`)}{' '}
            <Input
              type="month"
              style={{ width: '11.5em' }}
              placeholder="2026-01"
              defaultValue={range[end]}
              onChange={({ target: { value } }) => {
                if (!/^\d{4}-\d{2}$/.test(value)) return;
                setSearch(
                  (before) => {
                    before.set(end, value);
                    return before;
                  },
                  { replace: true },
                );
              }}
            />
          </label>
        ))}
        {(['xlsx', 'csv'] as const).map((format) => (
          <Button key={format} icon={<DownloadOutlined />} onClick={() => void take(format)}>
            {t(`burden.${format}`)}
          </Button>
        ))}
      </div>
      {burden.error && <ProblemView problem={burden.error} retry={() => void burden.refetch()} />}
      {burden.isPending && <Skeleton active />}
      {items?.length === 0 && <Empty says={t('burden.none')} />}
      {items && items.length > 0 && (
        <>
          <ByUnit rows={items} />
          <Table<Row>
            rowKey={(row) => `${row.month} ${row.unitId}`}
            size="small"
            pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
            scroll={{ x: 'max-content' }}
            dataSource={items}
            columns={[
              { title: t('burden.month'), dataIndex: 'month' },
              { title: t('unit'), dataIndex: 'unitName' },
              ...COUNTS.map((count) => ({
                title: t(`burden.${count}`),
                dataIndex: count,
                align: 'right' as const,
                sorter: (one: Row, other: Row) => one[count] - other[count],
              })),
            ]}
          />
        </>
      )}
      {may('read.all') && <AskedTwice />}
    </>
  );
}

function ByUnit({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation('ledgers');
  const units = useMemo(() => {
    const sums = new Map<string, Row>();
    for (const row of rows) {
      const sum = sums.get(row.unitId);
      if (!sum) sums.set(row.unitId, { ...row });
      else for (const count of COUNTS) sum[count] += row[count];
    }
    const all = (row: Row): number => Object.keys(BARS).reduce((sum, bar) => sum + row[bar as keyof typeof BARS], 0);
    return [...sums.values()].sort((one, other) => all(other) - all(one));
  }, [rows]);
  const series = useMemo(
    () =>
      Object.entries(BARS).map(([bar, colour]) => ({
        name: t(`burden.${bar as keyof typeof BARS}`),
        colour,
        values: units.map((unit) => unit[bar as keyof typeof BARS]),
      })),
    [units, t],
  );
  const first = units[0]!;
  const again = units.reduce((sum, unit) => sum + unit.figuresAskedAgain, 0);
  return (
    <UnitBars
      title={t('burden.picture')}
      summary={t('burden.summary', { first: first.unitName, reports: first.reports, messages: first.messages, again })}
      unit={t('unit')}
      names={units.map(({ unitName }) => unitName)}
      series={series}
    />
  );
}

/** Figures that a unit is asked for more than once in a period: each is to be asked for once. */
function AskedTwice() {
  const { t } = useTranslation('ledgers');
  const inWords = useSubject();
  const twice = api.useQuery('get', '/api/v1/figures/burden');
  return (
    <>
      <h2>{t('twice.title')}</h2>
      <p>{t('twice.about')}</p>
      {twice.error && <ProblemView problem={twice.error} retry={() => void twice.refetch()} />}
      {twice.isPending && <Skeleton active paragraph={{ rows: 1 }} />}
      {twice.data?.items.length === 0 && <p className="quiet">{t('twice.none')}</p>}
      <ul className="plain-list">
        {twice.data?.items.map(({ name, period, times, unitName, asked, ...one }) => (
          <li key={`${unitName} ${name} ${one.unit} ${period}`}>
            {t('twice.line', { unit: unitName, name, period: inWords(period), times })}{' '}
            {asked.map(({ taskId, taskNumber, targetId, text }) => (
              <Link key={targetId} to={`/tasks/${taskId}`} title={text}>
                {taskNumber ?? text}{' '}
              </Link>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}
