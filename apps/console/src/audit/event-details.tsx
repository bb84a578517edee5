import { Button, Descriptions, Drawer, Grid, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schemas } from '../api/client';
import { Instant } from '../layout/day';
import { DifferenceTable } from './difference-table';
import type { Filter } from './use-search';
import { useWordOf } from './words-of';

export type FoundEvent = Schemas['FoundEventsDto']['items'][number];

/** All of one event (留痕): who, when, why, what was and what is. */
export function EventDetails({
  event,
  close,
  only,
}: {
  event: FoundEvent | null;
  close: () => void;
  only: (filter: Filter) => void;
}) {
  const { t, i18n } = useTranslation(['audit', 'terms']);
  const wordOf = useWordOf();
  const isWide = Grid.useBreakpoint().md ?? true;
  if (event === null) return null;
  const { actor, words } = event;
  const post = (t as unknown as (key: string, how: object) => string)(`terms:post.${actor.post}`, {
    defaultValue: actor.post,
  });
  const narrow = (filter: Filter): void => {
    only(filter);
    close();
  };
  return (
    <Drawer open onClose={close} size={isWide ? 720 : '100%'} title={i18n.language === 'en' ? words.en : words.zh}>
      <Descriptions
        column={1}
        size="small"
        bordered
        items={[
          {
            key: 'who',
            label: t('details.who'),
            children: [
              actor.name,
              post,
              actor.onBehalfOf && t('details.onBehalf', { name: actor.onBehalfOf.name }),
              actor.token && t('details.token', { name: actor.token.name }),
            ]
              .filter(Boolean)
              .join(' · '),
          },
          { key: 'occurred', label: t('details.occurredAt'), children: <Instant at={event.occurredAt} /> },
          { key: 'recorded', label: t('details.recordedAt'), children: <Instant at={event.recordedAt} /> },
          ...(event.reason ? [{ key: 'reason', label: t('details.reason'), children: event.reason }] : []),
          { key: 'about', label: t('details.about'), children: wordOf.entity(event.entity) },
          { key: 'request', label: t('details.request'), children: event.requestId },
          {
            key: 'leaf',
            label: t('details.leaf'),
            children: event.leafIndex === null ? t('details.noLeaf') : event.leafIndex,
          },
        ]}
      />
      <h3>{t('details.change')}</h3>
      <DifferenceTable before={event.before} after={event.after} />
      <Space wrap className="audit-narrow">
        <Button onClick={() => narrow({ entityId: event.entityId })}>{t('details.onlyThis')}</Button>
        <Button onClick={() => narrow({ type: event.type })}>{t('details.onlyType')}</Button>
        {event.taskId && <Button onClick={() => narrow({ taskId: event.taskId! })}>{t('details.onlyTask')}</Button>}
        {actor.personId && (
          <Button onClick={() => narrow({ personId: actor.personId! })}>{t('details.onlyPerson')}</Button>
        )}
        <Button onClick={() => narrow({ requestId: event.requestId })}>{t('details.onlyRequest')}</Button>
        {event.planId && event.taskId && (
          <Link to={`/audit/at?plan=${event.planId}&task=${event.taskId}&at=${encodeURIComponent(event.occurredAt)}`}>
            <Button>{t('details.stateThen')}</Button>
          </Link>
        )}
        {event.leafIndex !== null && (
          <Link to={`/proofs?event=${event.id}`}>
            <Button type="primary">{t('details.prove')}</Button>
          </Link>
        )}
      </Space>
    </Drawer>
  );
}
