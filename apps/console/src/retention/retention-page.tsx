import { useTranslation } from 'react-i18next';
import { Tabs } from '../layout/tabs';
import { useSearchParams } from 'react-router';
import { PageHead } from '../layout/page-head';
import { Disposals } from './disposals';
import { DuePlans } from './due-plans';
import { RetentionSchedule } from './retention-schedule';

/** How long plans are kept (保管期限), what is due to be disposed of (销毁), and what two people have decided on it. */
export default function RetentionPage() {
  const { t } = useTranslation('admin');
  const [search, setSearch] = useSearchParams();
  return (
    <>
      <PageHead title={t('retention.title')} />
      <section className="panel">
        <Tabs
          activeKey={search.get('show') ?? 'due'}
          onChange={(show) => setSearch({ show })}
          destroyOnHidden
          items={[
            { key: 'due', label: t('retention.due'), children: <DuePlans /> },
            { key: 'disposals', label: t('retention.disposals'), children: <Disposals /> },
            { key: 'schedule', label: t('retention.schedule'), children: <RetentionSchedule /> },
          ]}
        />
      </section>
    </>
  );
}
