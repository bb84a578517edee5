import { useTranslation } from 'react-i18next';
import { Table } from '../layout/table';
import { type Difference, differencesOf } from './differences';
import { useWordOf } from './words-of';

type State = Readonly<Record<string, unknown>> | null;

/** What changed, before and after, field by field. */
export function DifferenceTable({ before, after }: { before: State; after: State }) {
  const { t } = useTranslation('audit');
  const wordOf = useWordOf();
  const value = (given: string | null): string => (given === null ? '–' : wordOf.value(given));
  return (
    <Table<Difference>
      size="small"
      rowKey="field"
      pagination={false}
      scroll={{ x: true }}
      locale={{ emptyText: t('details.nothing') }}
      dataSource={differencesOf(before, after)}
      columns={[
        { title: t('details.field'), dataIndex: 'field', render: (field: string) => wordOf.field(field) },
        {
          title: t('details.before'),
          dataIndex: 'before',
          render: (given: string | null) => <del className="difference">{value(given)}</del>,
        },
        {
          title: t('details.after'),
          dataIndex: 'after',
          render: (given: string | null) => <ins className="difference">{value(given)}</ins>,
        },
      ]}
    />
  );
}
