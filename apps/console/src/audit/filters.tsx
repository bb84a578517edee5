import { Button, DatePicker, Input, Select, Tag } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useUnits } from '../directory/units';
import type { Filter } from './use-search';
import words from '../words/zh/audit';
import { useWordOf } from './words-of';

/** Set by a click on an event, and shown as marks that can be taken away. */
const ENTITIES = Object.keys(words.entity);
const MARKS = ['entityId', 'type', 'taskId', 'personId', 'requestId'] as const;

export function Filters({
  filter,
  change,
}: {
  filter: Filter;
  change: (change: Partial<Record<keyof Filter, string | null>>) => void;
}) {
  const { t } = useTranslation('audit');
  const wordOf = useWordOf();
  const plans = api.useQuery('get', '/api/v1/plans', { params: { query: { limit: 200 } } });
  const units = useUnits();
  const day = (value: string | undefined) => (value ? dayjs(value) : null);
  const marks = MARKS.filter((key) => filter[key]);
  return (
    <div className="audit-filters" role="search" data-tour="filters">
      <Input.Search
        key={filter.q}
        className="audit-words"
        aria-label={t('filter.q')}
        placeholder={t('filter.q')}
        defaultValue={filter.q}
        allowClear
        maxLength={100}
        onSearch={(q) => change({ q: q.trim() })}
      />
      <Select
        aria-label={t('filter.entity')}
        placeholder={t('filter.entity')}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={filter.entity}
        options={ENTITIES.map((value) => ({ value, label: wordOf.entity(value) }))}
        onChange={(entity) => change({ entity: entity ?? null })}
      />
      <Select
        aria-label={t('filter.plan')}
        placeholder={t('filter.plan')}
        allowClear
        popupMatchSelectWidth={false}
        value={filter.planId}
        options={plans.data?.items.map(({ id, title }) => ({ value: id, label: title }))}
        onChange={(planId) => change({ planId: planId ?? null })}
      />
      <Select
        aria-label={t('filter.unit')}
        placeholder={t('filter.unit')}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={filter.unitId}
        options={units.data?.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(unitId) => change({ unitId: unitId ?? null })}
      />
      <DatePicker.RangePicker
        aria-label={t('filter.time')}
        allowEmpty={[true, true]}
        value={[day(filter.happenedFrom), day(filter.happenedTo)]}
        onChange={(days) =>
          change({
            happenedFrom: days?.[0]?.format('YYYY-MM-DD') ?? null,
            happenedTo: days?.[1]?.format('YYYY-MM-DD') ?? null,
          })
        }
      />
      {marks.length > 0 && (
        <div className="audit-marks">
          {marks.map((key) => (
            <Tag key={key} closable={{ 'aria-label': t('filter.remove') }} onClose={() => change({ [key]: null })}>
              {t(`filter.only.${key}`)} {key === 'type' ? filter.type : filter[key]!.slice(-8)}
            </Tag>
          ))}
          <Button size="small" onClick={() => change(Object.fromEntries(MARKS.map((key) => [key, null])))}>
            {t('filter.removeAll')}
          </Button>
        </div>
      )}
    </div>
  );
}
