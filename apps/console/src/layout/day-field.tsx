import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { dayOf } from './day';
import { now } from '../session/clock';

interface Props {
  id?: string;
  /** `2026-01-08`: what a draft keeps and what is sent. */
  value?: string | null;
  onChange?: (day: string | undefined) => void;
  /** Only days after today. */
  isFuture?: boolean;
  placeholder?: string;
  'aria-label'?: string;
}

/** A day is chosen; as a text, not as an instant, so that no zone moves it. */
export function DayField({ value, onChange, isFuture = false, ...rest }: Props) {
  const today = dayOf(now());
  return (
    <DatePicker
      {...rest}
      value={value ? dayjs(value) : null}
      defaultPickerValue={dayjs(value ?? today)}
      onChange={(day) => onChange?.(day ? day.format('YYYY-MM-DD') : undefined)}
      disabledDate={isFuture ? (day) => day.format('YYYY-MM-DD') <= today : undefined}
      style={{ width: '100%', maxWidth: 240 }}
      // A finger chooses, and no keyboard comes up over the days; at a desk a day may be typed.
      inputReadOnly={matchMedia('(pointer: coarse)').matches}
    />
  );
}
