import { QuestionCircleOutlined } from '@ant-design/icons';
import { Button, Modal, Spin, Timeline } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { Instant } from '../layout/day';
import { ProblemView } from '../problem/problem-view';

/** Why a date is as it is, and what it was before: told to whoever asks. */
export function WhyThisDate({ obligationId }: { obligationId: string }) {
  const { t } = useTranslation('mine');
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button type="link" size="small" data-tour="why" icon={<QuestionCircleOutlined />} onClick={() => setOpen(true)}>
        {t('why.ask')}
      </Button>
      {isOpen && (
        <Modal open title={t('why.title')} footer={null} onCancel={() => setOpen(false)}>
          <Versions obligationId={obligationId} />
        </Modal>
      )}
    </>
  );
}

function Versions({ obligationId }: { obligationId: string }) {
  const { t, i18n } = useTranslation('mine');
  const found = api.useQuery('get', '/api/v1/obligations/{id}/deadlines', { params: { path: { id: obligationId } } });
  if (found.error) return <ProblemView problem={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Spin />;
  const versions = [...found.data.items].reverse();
  return (
    <Timeline
      items={versions.map((version, place) => ({
        key: version.version,
        color: place === 0 ? 'blue' : 'gray',
        content: (
          <>
            <p className="why-sentence">{version.why[i18n.language === 'en' ? 'en' : 'zh']}</p>
            <small>
              {t(place === 0 ? 'why.holds' : 'why.before')} · {t('why.recorded')} <Instant at={version.recordedAt} />
              {version.decidedBy && ` · ${version.decidedBy.name}`}
            </small>
          </>
        ),
      }))}
    />
  );
}
