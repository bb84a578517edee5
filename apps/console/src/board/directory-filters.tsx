import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useUnits } from '../directory/units';
import { useSession } from '../session/session';
import type { BoardFilter } from './board-filter';

/** Of any unit of the directory, for those who see several, and of any kind of matters. */
export default function DirectoryFilters({
  filter,
  set,
}: {
  filter: BoardFilter;
  set: (change: { unitId?: string | null; matterKind?: string | null }) => void;
}) {
  const { t, i18n } = useTranslation('board');
  const { me } = useSession();
  const units = useUnits(me.unitId === null);
  const kinds = api.useQuery('get', '/api/v1/matters/kinds', undefined, { staleTime: Infinity });
  return (
    <>
      {me.unitId === null && (
        <Select
          className="board-filter"
          aria-label={t('filter.unit')}
          placeholder={t('filter.unit')}
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          value={filter.unitId}
          onChange={(unitId?: string) => set({ unitId: unitId ?? null })}
          options={units.data?.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      <Select
        className="board-filter"
        aria-label={t('filter.matterKind')}
        placeholder={t('filter.matterKind')}
        allowClear
        value={filter.matterKind}
        onChange={(matterKind?: string) => set({ matterKind: matterKind ?? null })}
        options={kinds.data?.items.map(({ id, name }) => ({
          value: id,
          label: name[i18n.language === 'en' ? 'en' : 'zh'],
        }))}
      />
    </>
  );
}
