import { Button, Checkbox, Input, Space, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { wordDifference } from './word-difference';

type Revision = Schemas['RevisionDto'];
export type Item = Revision['items'][number];
type Field = Item['fields'][number]['field'];

const KIND_COLOURS = { new: 'green', gone: 'red', changed: 'gold', moved: 'blue' } as const;

/** What a field says, as words that can be laid side by side. */
function wordsOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(wordsOf).join('、');
  if (typeof value === 'object') {
    const { text, content, due, name } = value as Record<string, unknown>;
    return [text ?? content ?? name, due && `(${wordsOf(due)})`].filter(Boolean).map(wordsOf).join(' ');
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** One thing that the revised document says otherwise: what stood, what stands now, and whether it is taken. */
export function RevisionItem({
  item,
  mayEdit,
  take,
  decline,
}: {
  item: Item;
  mayEdit: boolean;
  take: (fields?: Field[]) => void;
  decline: (reason: string) => void;
}) {
  const { t } = useTranslation('plans');
  const [fields, setFields] = useState<readonly Field[]>(() => item.fields.map(({ field }) => field));
  const [why, setWhy] = useState<string | null>(null);
  const isOpen = item.state === 'open';
  const number = item.task?.number ?? item.draft?.number ?? '';
  return (
    <li className={`revision-item${isOpen ? '' : ' is-decided'}`}>
      <div className="revision-item-head">
        {item.kinds.map((kind) => (
          <Tag key={kind} color={KIND_COLOURS[kind]}>
            {t(`revision.kind.${kind}`)}
          </Tag>
        ))}
        <strong>{number}</strong>
        {!isOpen && <Tag>{t(`revision.item.${item.state}`)}</Tag>}
        {item.reason && <span className="quiet">{item.reason}</span>}
      </div>
      {item.fields.length === 0 ? (
        <p className="words">{item.draft?.content ?? item.task?.content}</p>
      ) : (
        <dl className="revision-fields">
          {item.fields.map(({ field, before, after, editedByHand }) => (
            <div key={field}>
              <dt>
                {isOpen && mayEdit && item.fields.length > 1 ? (
                  <Checkbox
                    checked={fields.includes(field)}
                    onChange={({ target }) =>
                      setFields(target.checked ? [...fields, field] : fields.filter((one) => one !== field))
                    }
                  >
                    {t(`revision.field.${field}`)}
                  </Checkbox>
                ) : (
                  t(`revision.field.${field}`)
                )}
                {editedByHand && <Tag color="gold">{t('revision.byHand')}</Tag>}
              </dt>
              <dd className="words">
                {wordDifference(wordsOf(before), wordsOf(after)).map(({ kind, text }, place) =>
                  kind === 'same' ? (
                    <span key={place}>{text}</span>
                  ) : kind === 'gone' ? (
                    <del key={place}>{text}</del>
                  ) : (
                    <ins key={place}>{text}</ins>
                  ),
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {isOpen && mayEdit && why === null && (
        <Space>
          <Button
            size="small"
            type="primary"
            disabled={item.fields.length > 0 && fields.length === 0}
            onClick={() => take(fields.length < item.fields.length ? [...fields] : undefined)}
          >
            {t('revision.take')}
          </Button>
          <Button size="small" onClick={() => setWhy('')}>
            {t('revision.decline')}
          </Button>
        </Space>
      )}
      {isOpen && mayEdit && why !== null && (
        <Space.Compact className="revision-why">
          <Input
            size="small"
            autoFocus
            value={why}
            onChange={({ target }) => setWhy(target.value)}
            placeholder={t('revision.why')}
            aria-label={t('revision.why')}
          />
          <Button size="small" disabled={why.trim() === ''} onClick={() => decline(why.trim())}>
            {t('revision.decline')}
          </Button>
        </Space.Compact>
      )}
    </li>
  );
}
