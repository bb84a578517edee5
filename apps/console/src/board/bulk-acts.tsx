import { DownOutlined } from '@ant-design/icons';
import { Button, Dropdown, Space } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../session/session';
import type { Act } from './act';
import type { TaskRow } from './grid';

const BulkAct = lazy(() => import('./bulk-act'));

const RIGHTS: Readonly<Record<Act, string>> = {
  verify: 'assignment.judge',
  suspend: 'assignment.judge',
  resume: 'assignment.judge',
  instruct: 'instruction.give',
};
interface BulkProps {
  selected: ReadonlyMap<string, TaskRow>;
  clear: () => void;
  done: () => void;
}

/** One act on all tasks that are selected, one by one: what is refused is named, and the rest is done. */
export function BulkActs({ selected, clear, done }: BulkProps) {
  const { t } = useTranslation('board');
  const { may } = useSession();
  const [act, setAct] = useState<Act | null>(null);
  const acts = (Object.keys(RIGHTS) as Act[]).filter((one) => may(RIGHTS[one]));
  if (selected.size === 0 || acts.length === 0) return null;
  return (
    <Space>
      <span>{t('bulk.selected', { count: selected.size })}</span>
      <Button onClick={clear}>{t('bulk.clear')}</Button>
      <Dropdown
        trigger={['click']}
        menu={{ items: acts.map((one) => ({ key: one, label: t(`bulk.${one}`), onClick: () => setAct(one) })) }}
      >
        <Button type="primary">
          {t('bulk.act')} <DownOutlined />
        </Button>
      </Dropdown>
      {act && (
        <Suspense>
          <BulkAct
            act={act}
            rows={[...selected.values()]}
            close={(isDone) => {
              setAct(null);
              if (!isDone) return;
              clear();
              done();
            }}
          />
        </Suspense>
      )}
    </Space>
  );
}
