import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';

/** The day before whose beginning something must be due. */
export default function DueBefore({ value, set }: { value: string | null; set: (dueBefore: string | null) => void }) {
  const { t } = useTranslation('board');
  return (
    <DatePicker
      autoFocus={value === null}
      aria-label={t('filter.dueBefore')}
      placeholder={t('filter.dueBefore')}
      value={value === null ? null : dayjs(value)}
      onChange={(day) => set(day ? day.startOf('day').format() : null)}
    />
  );
}
