import { Button, Tag, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { Table } from '../layout/table';
import type { Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import '../audit/audit.css';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { EventProof } from './event-proof';
import { HeldCheckpoint } from './held-checkpoint';
import { readNote, signedBy } from './note';
import { useKeys } from './use-keys';

type Listed = Schemas['CheckpointsDto']['items'][number];

/** Proofs (存证核验) that the browser checks itself: nobody has to believe the server. */
export default function ProofsPage() {
  const { t } = useTranslation('audit');
  return (
    <>
      <PageHead title={t('proofs.title')} />
      <p>{t('proofs.about')}</p>
      <EventProof />
      <HeldCheckpoint />
      <Checkpoints />
    </>
  );
}

function Checkpoints() {
  const { t } = useTranslation(['audit', 'console']);
  const { keys } = useKeys();
  const checkpoints = usePages('/api/v1/history/checkpoints', { limit: 20 });
  return (
    <section className="panel">
      <h2>{t('proofs.list.title')}</h2>
      {checkpoints.error && <ProblemView problem={checkpoints.error} retry={() => void checkpoints.refetch()} />}
      <Table<Listed>
        rowKey="number"
        size="small"
        pagination={false}
        scroll={{ x: true }}
        loading={checkpoints.isPending}
        locale={{ emptyText: checkpoints.isPending ? <></> : <Empty says={t('proofs.list.empty')} /> }}
        dataSource={checkpoints.items}
        expandable={{
          expandedRowRender: ({ note }) => (
            <Typography.Paragraph copyable={{ text: note }}>
              <pre className="proof-note">{note}</pre>
            </Typography.Paragraph>
          ),
        }}
        columns={[
          { title: t('proofs.list.number'), dataIndex: 'number' },
          { title: t('proofs.list.size'), dataIndex: 'size' },
          { title: t('proofs.list.signedAt'), dataIndex: 'signedAt', render: (at: string) => <Instant at={at} /> },
          { title: t('proofs.list.hash'), dataIndex: 'hash' },
          {
            title: t('proofs.list.signature'),
            key: 'signature',
            render: (_, { note }) => {
              const read = readNote(note);
              const keyId = read && signedBy(read, keys);
              return keyId ? (
                <Tag color="green">{`✓ ${keyId}`}</Tag>
              ) : (
                <Tag color="red">{`✗ ${t('proofs.list.unsigned')}`}</Tag>
              );
            },
          },
          {
            title: t('proofs.list.handedOut'),
            dataIndex: 'handedOut',
            render: (places: Listed['handedOut']) => places.map(({ place }) => place).join('、') || '–',
          },
        ]}
      />
      {checkpoints.hasNextPage && (
        <Button block loading={checkpoints.isFetchingNextPage} onClick={() => void checkpoints.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
    </section>
  );
}
