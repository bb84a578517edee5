import { Button, Select, Skeleton, Tag } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useLive } from '../api/live';
import type { Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { UnitSelect } from '../directory/unit-select';
import { Day, Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { LinkButton } from '../layout/link-button';
import { PageHead } from '../layout/page-head';
import { useSubject } from '../layout/subject';
import { TaskLink } from '../layout/task-link';
import { actPath } from '../mine/act-path';
import { TO_ANSWER } from '../mine/owed';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { ColourMark } from './colour-mark';
import { JudgeAnswer } from './judge-answer';
import { NoticeFile } from './notice-file';

const NoticeTemplate = lazy(() => import('./notice-template'));

type Notice = Schemas['NoticesDto']['items'][number];
/** Of which nothing is over yet, and each state by itself. */
const STATES = ['standing', 'issued', 'acknowledged', 'answered', 'raised', 'closed'] as const;
/** No answer is waited for any more. */
const ENDED: ReadonlySet<string> = new Set(['closed', 'raised']);
const COLOURS = ['blue', 'yellow', 'orange', 'red'] as const;

/** Supervision notices (督办单): filters in the address, each with its answer and its judgement beside it. */
export default function NoticesPage() {
  const { t } = useTranslation(['notices', 'terms', 'console']);
  const { may } = useSession();
  const [isChanging, setChanging] = useState(false);
  useLive();
  const [search, setSearch] = useSearchParams();
  const state = STATES.find((one) => one === search.get('state'));
  const colour = COLOURS.find((one) => one === search.get('colour'));
  const unitId = search.get('unit') ?? undefined;
  const notices = usePages('/api/v1/notices', {
    limit: 50,
    ...(state ? { state } : {}),
    ...(colour ? { colour } : {}),
    ...(unitId ? { unitId } : {}),
  });
  const filter = (name: string, value: string | undefined): void => {
    const next = new URLSearchParams(search);
    if (value === undefined) next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  return (
    <>
      <PageHead title={t('notices:title')}>
        <Select
          allowClear
          style={{ width: '9.5em' }}
          placeholder={t('notices:state')}
          aria-label={t('notices:state')}
          value={state}
          onChange={(value) => filter('state', value)}
          options={STATES.map((value) => ({
            value,
            label: value === 'standing' ? t('notices:standing') : t(`terms:notice.${value}`),
          }))}
        />
        <Select
          allowClear
          style={{ width: '8em' }}
          placeholder={t('notices:colour')}
          aria-label={t('notices:colour')}
          value={colour}
          onChange={(value) => filter('colour', value)}
          options={COLOURS.map((value) => ({ value, label: t(`terms:colour.${value}`) }))}
        />
        <UnitSelect placeholder={t('notices:unit')} value={unitId} onChange={(value) => filter('unit', value)} />
        {may('notice.template') && <Button onClick={() => setChanging(true)}>{t('notices:template.open')}</Button>}
      </PageHead>
      {isChanging && (
        <Suspense>
          <NoticeTemplate close={() => setChanging(false)} />
        </Suspense>
      )}
      {notices.error && <ProblemView problem={notices.error} retry={() => void notices.refetch()} />}
      {notices.isPending && <Skeleton active />}
      {!notices.isPending && notices.items.length === 0 && (
        <section className="panel">
          <Empty says={t(search.size > 0 ? 'notices:emptyFiltered' : 'notices:empty')} />
        </section>
      )}
      {notices.items.map((notice) => (
        <NoticeView key={notice.id} notice={notice} />
      ))}
      {notices.hasNextPage && (
        <Button block loading={notices.isFetchingNextPage} onClick={() => void notices.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
    </>
  );
}

/** One notice: what is asked for by when on the left, the answer and its judgement on the right. */
function NoticeView({ notice }: { notice: Notice }) {
  const { t } = useTranslation(['notices', 'terms']);
  const inWords = useSubject();
  const { me, may } = useSession();
  const isToAnswer = notice.unitId === me.unitId && TO_ANSWER.includes(notice.state) && may('assignment.act');
  return (
    <article className={`panel notice notice-of-${notice.colour}`} aria-label={notice.number}>
      <div className="notice-side">
        <h2>
          <ColourMark colour={notice.colour} /> {notice.number} <Tag>{t(`terms:notice.${notice.state}`)}</Tag>
        </h2>
        <p>
          <b>{notice.unitName}</b> · {t(`terms:obligation.${notice.obligationKind}`)} {inWords(notice.subject)}
        </p>
        <p>
          <TaskLink of={notice} />
        </p>
        <dl className="notice-facts">
          <dt>{t('notices:issuedAt')}</dt>
          <dd>
            <Instant at={notice.issuedAt} />
          </dd>
          <dt>{t('notices:answerBy')}</dt>
          <dd>
            {notice.answerDueOn === null ? (
              t('notices:withoutDelay')
            ) : (
              <Day date={notice.answerDueOn} isDue={TO_ANSWER.includes(notice.state)} />
            )}
          </dd>
          {notice.judgeBy && notice.state === 'answered' && (
            <>
              <dt>{t('notices:judgeBy')}</dt>
              <dd>
                <Day date={notice.judgeBy} isDue />
              </dd>
            </>
          )}
        </dl>
        {notice.inNextBulletin && <Tag color="purple">{t('notices:inBulletin')}</Tag>}
        <NoticeFile notice={notice} />
      </div>
      <div className="notice-side">
        {notice.answer === null ? (
          <p className="quiet">{t(ENDED.has(notice.state) ? 'notices:noAnswerCame' : 'notices:noAnswer')}</p>
        ) : (
          <>
            <p className="quiet">
              {t('notices:answered')} <Instant at={notice.answeredAt} />
            </p>
            <p className="words">{notice.answer}</p>
          </>
        )}
        {isToAnswer && (
          <LinkButton type="primary" to={actPath({ taskId: notice.taskId, assignmentId: 'any' }, 'notice', notice.id)}>
            {t('notices:answerIt')}
          </LinkButton>
        )}
        {notice.state === 'answered' && may('notice.judge', 'breakdown.judge') && <JudgeAnswer notice={notice} />}
      </div>
    </article>
  );
}
