import { DownOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { answerOf, client } from '../api/client';
import { saveAs } from '../api/save-as';
import { dayOf } from '../layout/day';
import { useTellProblem } from '../problem/use-problem';
import { now } from '../session/clock';
import { filterOf } from './board-filter';
import { BoardPaper } from './board-paper';
import type { TaskRow } from './grid';
import type { RowSource } from './row-source';

/** The board on paper or as a file, as it is narrowed and ordered. */
export default function TakeBoard({ source }: { source: RowSource<TaskRow> }) {
  const { t, i18n } = useTranslation('board');
  const tell = useTellProblem();
  const [search] = useSearchParams();
  const [isTaking, setTaking] = useState(false);
  const take = async (work: () => Promise<void>): Promise<void> => {
    setTaking(true);
    await work().catch(tell);
    setTaking(false);
  };
  const file = async (format: 'xlsx' | 'csv'): Promise<void> => {
    const query = { ...filterOf(search), format, language: i18n.language === 'en' ? 'en' : 'zh' } as const;
    const asked = client.GET('/api/v1/tasks/export', { params: { query }, parseAs: 'blob' });
    saveAs(await answerOf(asked), `${t('title')}${dayOf(now())}.${format}`);
  };
  const paper = async (): Promise<void> => {
    await source.all();
    window.print();
  };
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'xlsx', label: t('take.xlsx'), onClick: () => void take(() => file('xlsx')) },
            { key: 'csv', label: t('take.csv'), onClick: () => void take(() => file('csv')) },
            { key: 'print', label: t('take.print'), onClick: () => void take(paper) },
          ],
        }}
      >
        <Button loading={isTaking}>
          {t('take.label')} <DownOutlined />
        </Button>
      </Dropdown>
      {createPortal(<BoardPaper source={source} />, document.getElementById('content') ?? document.body)}
    </>
  );
}
