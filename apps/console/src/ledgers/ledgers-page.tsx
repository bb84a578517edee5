import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { PageHead } from '../layout/page-head';
import { Tabs } from '../layout/tabs';
import { Burden } from './burden';
import { Cards } from './cards';
import { Satisfaction } from './satisfaction';
import '../people/people.css';

/** What is counted of each unit: its cards and points (督办牌、积分), what is demanded of it, how satisfied the public is. */
export default function LedgersPage() {
  const { t } = useTranslation('ledgers');
  const [search, setSearch] = useSearchParams();
  return (
    <>
      <PageHead title={t('title')} />
      <section className="panel">
        <Tabs
          activeKey={search.get('show') ?? 'cards'}
          onChange={(show) => setSearch({ show })}
          destroyOnHidden
          items={[
            { key: 'cards', label: t('cards.tab'), children: <Cards /> },
            { key: 'burden', label: t('burden.tab'), children: <Burden /> },
            { key: 'satisfaction', label: t('satisfaction.tab'), children: <Satisfaction /> },
          ]}
        />
      </section>
    </>
  );
}
