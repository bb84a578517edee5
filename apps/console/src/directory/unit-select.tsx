import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useUnits } from './units';

/** One unit, found by any of its names or its code; its value is the id, or the code where that is asked for. */
export function UnitSelect({
  id,
  value,
  onChange,
  by = 'id',
  placeholder,
  isPresent = false,
}: {
  id?: string;
  value?: string;
  onChange?: (unit: string | undefined) => void;
  by?: 'id' | 'code';
  placeholder?: string;
  /** None that are gone (撤销). */
  isPresent?: boolean;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  return (
    <Select
      id={id}
      aria-label={placeholder ?? t('nav.directory')}
      style={{ minWidth: 180 }}
      allowClear
      placeholder={placeholder}
      value={value}
      onChange={onChange}
      loading={units.isPending}
      showSearch={{ optionFilterProp: 'label' }}
      options={(units.data ?? [])
        .filter(({ isActive }) => isActive || !isPresent)
        .map((unit) => ({
          value: unit[by],
          label: [unit.name, unit.officialName, unit.code]
            .filter((name, at, all) => all.indexOf(name) === at)
            .join(' '),
          name: unit.name,
        }))}
      labelRender={({ label, value: given }) =>
        units.data?.find((unit) => unit[by] === given)?.name ?? label ?? String(given)
      }
    />
  );
}
