import { DatePicker, Form, InputNumber, Modal } from 'antd';
import type { Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { TaskRow } from './grid';
import type { RowSource } from './row-source';

interface JumpProps {
  source: RowSource<TaskRow>;
  sort: 'position' | 'due' | '-due';
  close: () => void;
  go: (row: number) => void;
}

/** To any place of a long list: by its row, and where the order is by date, by the date. */
export default function Jump({ source, sort, close, go }: JumpProps) {
  const { t } = useTranslation(['board', 'console']);
  const [form] = Form.useForm<{ row?: number; date?: Dayjs }>();
  const jump = ({ row, date }: { row?: number; date?: Dayjs }): void => {
    form.resetFields();
    if (row) go(row - 1);
    else if (date) go(placeOf(source, date.format('YYYY-MM-DD'), sort === '-due'));
    else close();
  };
  return (
    <Modal
      open
      title={t('jump.title')}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('jump.go')}
      cancelText={t('console:act.cancel')}
    >
      <Form form={form} layout="vertical" onFinish={jump}>
        <Form.Item name="row" label={t('jump.row')}>
          <InputNumber min={1} max={source.total} autoFocus={sort === 'position'} onPressEnter={() => form.submit()} />
        </Form.Item>
        {sort !== 'position' && (
          <Form.Item name="date" label={t('jump.date')}>
            <DatePicker />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

/** The last place known to be before a date: the rows that have been read, and the landmarks between. */
function placeOf(source: RowSource<TaskRow>, date: string, isDown: boolean): number {
  const isBefore = (label: string | null): boolean => label !== null && (isDown ? label > date : label < date);
  let place = source.landmarks.findLast(({ label }) => isBefore(label))?.position ?? 0;
  for (let row = source.row(place); row && isBefore(row.dueOn); row = source.row(place)) place++;
  return Math.min(place, Math.max(0, source.total - 1));
}
