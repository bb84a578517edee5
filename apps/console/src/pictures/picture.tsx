import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import './pictures.css';
import { Table } from '../layout/table';

export interface PictureTable {
  heads: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
}

/** A picture with what it says in a sentence, and the same as a table for whoever would rather read. */
export function Picture({
  title,
  summary,
  table: { heads, rows },
  children,
}: {
  title: string;
  summary: string;
  table: PictureTable;
  children: ReactNode;
}) {
  const { t } = useTranslation('pictures');
  const [isTable, setTable] = useState(false);
  return (
    <figure className="picture">
      <figcaption>
        <strong>{title}</strong>
        <Button
          size="small"
          className="no-print"
          aria-pressed={isTable}
          aria-label={`${t(isTable ? 'asPicture' : 'asTable')} ${title}`}
          onClick={() => setTable(!isTable)}
        >
          {t(isTable ? 'asPicture' : 'asTable')}
        </Button>
      </figcaption>
      <p className="picture-summary">{summary}</p>
      {isTable ? (
        <Table
          size="small"
          scroll={{ x: true }}
          pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          rowKey="key"
          dataSource={rows.map((cells, key) => ({ key, cells }))}
          columns={heads.map((title, at) => ({
            title,
            key: title,
            render: (_: unknown, { cells }: { cells: PictureTable['rows'][number] }) => cells[at] ?? '–',
          }))}
        />
      ) : (
        children
      )}
    </figure>
  );
}
