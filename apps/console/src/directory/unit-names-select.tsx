import { Select } from 'antd';
import { useUnitNames } from './units';

/** Names of units and groups, chosen from the directory or typed as a document says them. */
export function UnitNamesSelect({
  id,
  value,
  onChange,
  label,
}: {
  id?: string;
  value?: string[];
  onChange?: (names: string[]) => void;
  label?: string;
}) {
  const options = useUnitNames();
  return (
    <Select
      id={id}
      mode="tags"
      aria-label={label}
      style={{ width: '100%' }}
      value={value}
      onChange={onChange}
      options={options}
      optionLabelProp="value"
      optionFilterProp="label"
      tokenSeparators={['、', '，', ',', ';', '；']}
    />
  );
}
