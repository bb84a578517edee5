import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { Day, DueDay } from '../layout/day';
import { Light } from '../lights/light';
import type { TaskRow } from './grid';
import type { RowSource } from './row-source';

/** What the window of rows cannot be on paper: every row that was read, while it is printed. */
export function BoardPaper({ source }: { source: RowSource<TaskRow> }) {
  const { t } = useTranslation(['board', 'terms']);
  const [rows, setRows] = useState<TaskRow[] | null>(null);
  useEffect(() => {
    // The browser takes the page as it is when this returns.
    const before = (): void => flushSync(() => setRows(source.loaded()));
    const after = (): void => setRows(null);
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, [source]);
  if (rows === null) return null;
  return (
    <table className="board-paper">
      <thead>
        <tr>
          {(['number', 'content', 'leads', 'state', 'light', 'next', 'due'] as const).map((column) => (
            <th key={column} scope="col">
              {t(`columns.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>{row.number}</td>
            <td>{row.content}</td>
            <td>{row.leads.join('、')}</td>
            <td>{row.state && t(`terms:assignment.${row.state}`)}</td>
            <td>
              <Light light={row.light} />
            </td>
            <td>
              <DueDay at={row.nextDueAt} />
              {row.overdue > 0 && ` ${t('overdueItems', { count: row.overdue })}`}
            </td>
            <td>
              <Day date={row.dueOn} />
            </td>
          </tr>
        ))}
      </tbody>
      {source.isTotalKnown && rows.length < source.total && (
        <tfoot>
          <tr>
            <td colSpan={7}>{t('take.part', { count: rows.length, all: source.total })}</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
