import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Table } from '../layout/table';
import type { Step } from './tree';

/** One thing that was checked, and whether it holds: by a word and a sign, not by the colour alone. */
export function Verdict({ holds, says }: { holds: boolean; says: string }) {
  return <Alert type={holds ? 'success' : 'error'} showIcon title={`${holds ? '✓' : '✗'} ${says}`} />;
}

/** Each hash on the way, as it was computed in this browser. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  const { t } = useTranslation('audit');
  const hash = (value: string | undefined) => (value === undefined ? '–' : <code>{value}</code>);
  return (
    <Table
      className="proof-steps"
      size="small"
      rowKey="at"
      pagination={false}
      scroll={{ x: true }}
      locale={{ emptyText: t('proofs.noSteps') }}
      dataSource={steps.map((step, at) => ({ ...step, at: at + 1 }))}
      columns={[
        { title: t('proofs.step'), dataIndex: 'at' },
        { title: t('proofs.side'), dataIndex: 'side', render: (side: Step['side']) => t(`proofs.${side}`) },
        { title: t('proofs.beside'), dataIndex: 'beside', render: hash },
        { title: t('proofs.result'), dataIndex: 'result', render: hash },
        ...(steps.some(({ older }) => older !== undefined)
          ? [{ title: t('proofs.older'), dataIndex: 'older', render: hash }]
          : []),
      ]}
    />
  );
}
