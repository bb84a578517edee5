import { Button, Drawer, Skeleton, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, type Schemas } from '../api/client';
import { dayOf, Instant } from '../layout/day';
import { DayField } from '../layout/day-field';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import './people.css';

type Message = Schemas['MessageRecordDto']['items'][number];

const ARRIVED: readonly string[] = ['sent', 'delivered', 'read'];
const FAILED: readonly string[] = ['failed', 'bounced', 'suppressed', 'no_address'];

/** What was said to a person on a day (消息记录), by which channel and how far it came; what was not, and why. */
function MessageRecord({ username }: { username: string }) {
  const { t } = useTranslation('admin');
  const { may } = useSession();
  const [day, setDay] = useState(() => dayOf(now()));
  const record = api.useQuery('get', '/api/v1/persons/{username}/messages', {
    params: { path: { username }, query: { day } },
  });
  return (
    <>
      <p>{t('record.about')}</p>
      <p>
        <DayField aria-label={t('record.day')} value={day} onChange={(chosen) => chosen && setDay(chosen)} />
      </p>
      {record.error && <ProblemView problem={record.error} retry={() => void record.refetch()} />}
      {record.isPending && <Skeleton active />}
      {record.data?.items.length === 0 && <Empty says={t('record.none')} />}
      <ol className="message-record">
        {record.data?.items.map((message) => (
          <li key={message.notificationId}>
            <p>
              {message.text ?? t('record.noText')}{' '}
              {message.taskId && may('read.all', 'read.own') && (
                <Link to={`/tasks/${message.taskId}`}>{t('record.task')}</Link>
              )}
            </p>
            <Ways message={message} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** By each channel, how far it came or why not. */
function Ways({ message: { ways, signedForAt } }: { message: Message }) {
  const { t, i18n } = useTranslation('admin');
  return (
    <ul className="plain-list">
      {ways.map((way) => (
        <li key={`${way.channel} ${way.outcome} ${way.at}`}>
          <Tag color={ARRIVED.includes(way.outcome) ? 'green' : FAILED.includes(way.outcome) ? 'red' : undefined}>
            {way.channel
              ? t(`destinations.kind.${way.channel}` as 'destinations.kind.smtp', { defaultValue: way.channel })
              : t('record.noChannel')}
          </Tag>
          {way.words[i18n.language === 'en' ? 'en' : 'zh']} <Instant at={way.readAt ?? way.sentAt ?? way.at} />
          {way.until && way.endedAt === null && (
            <>
              {' '}
              {t('record.until')} <Instant at={way.until} />
            </>
          )}
          {way.lastError && <div className="quiet">{t('record.said', { said: way.lastError })}</div>}
        </li>
      ))}
      {signedForAt && (
        <li>
          {t('record.signedFor')} <Instant at={signedForAt} />
        </li>
      )}
    </ul>
  );
}

/** A button that shows somebody’s record beside the page. */
export function MessageRecordButton({ username, name }: { username: string; name: string }) {
  const { t } = useTranslation('admin');
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('record.title')}
      </Button>
      {isOpen && (
        <Drawer open onClose={() => setOpen(false)} size="large" title={t('record.of', { name })}>
          <MessageRecord username={username} />
        </Drawer>
      )}
    </>
  );
}
