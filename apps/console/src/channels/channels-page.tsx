import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Tabs } from '../layout/tabs';
import { PageHead } from '../layout/page-head';
import { useSession } from '../session/session';
import { Deliveries } from './deliveries';
import { Destinations } from './destinations';
import { MessageRules } from './message-rules';
import { OwnChannels } from './own-channels';
import { SuppressedAddresses } from './suppressed-addresses';
import { Templates } from './templates';
import '../people/people.css';

/** How messages go out (推送渠道): where to, what became of each, which addresses do not work, how often, in which words. */
export default function ChannelsPage() {
  const { t } = useTranslation('admin');
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  return (
    <>
      <PageHead title={t('channels.title')} />
      <section className="panel">
        <Tabs
          activeKey={search.get('show') ?? 'destinations'}
          onChange={(show) => setSearch({ show })}
          destroyOnHidden
          items={[
            { key: 'destinations', label: t('channels.destinations'), children: <Destinations /> },
            ...(may('destination.manage')
              ? [{ key: 'tests', label: t('channels.tests'), children: <OwnChannels /> }]
              : []),
            { key: 'deliveries', label: t('channels.deliveries'), children: <Deliveries /> },
            { key: 'suppressed', label: t('channels.suppressed'), children: <SuppressedAddresses /> },
            { key: 'rules', label: t('channels.rules'), children: <MessageRules /> },
            ...(may('message.rules')
              ? [{ key: 'templates', label: t('channels.templates'), children: <Templates /> }]
              : []),
          ]}
        />
      </section>
    </>
  );
}
