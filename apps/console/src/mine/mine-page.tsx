import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useWhole } from '../api/use-pages';
import { Day, dayOf } from '../layout/day';
import { Empty } from '../layout/empty';
import { LinkButton } from '../layout/link-button';
import { PageHead } from '../layout/page-head';
import { useSubject } from '../layout/subject';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import { daysBetween, type Group, GROUPS, groupsOf, moreTimePath, type Owed, owedOf } from './owed';
import { WhyThisDate } from './why-this-date';
import './mine.css';

const MANY = 200;
/** Of what is due later, as many are shown at first. */
const LATER_AT_FIRST = 8;

/** What is mine, and what of it is owed next (我的事项). */
export default function MinePage() {
  const { t } = useTranslation(['mine', 'console']);
  const { items, isPending, problem, again } = useOwed();
  const groups = groupsOf(items, dayOf(now()));
  return (
    <div className="mine">
      <PageHead
        title={t('console:nav.mine')}
        extra={
          !isPending && <span className="mine-count">{t('count', { count: items.length - groups.still.length })}</span>
        }
      />
      {problem && <ProblemView problem={problem} retry={again} />}
      {isPending && !problem && <Skeleton active />}
      {!isPending && items.length === 0 && (
        <section className="panel">
          <Empty says={t('empty')}>
            <Link to="/board">{t('toBoard')}</Link>
          </Empty>
        </section>
      )}
      {GROUPS.map((group) => (
        <OwedGroup key={group} group={group} items={groups[group]} />
      ))}
    </div>
  );
}

function useOwed() {
  const { me, may } = useSession();
  const unitId = me.unitId ?? '';
  const open = useWhole('/api/v1/obligations', { unitId, state: 'open', limit: MANY });
  const still = useWhole('/api/v1/obligations', { unitId, state: 'suspended', limit: MANY });
  const notices = useWhole('/api/v1/notices', { unitId, limit: MANY });
  const contributions = useWhole('/api/v1/contributions', { limit: MANY });
  const all = [open, still, notices, contributions];
  return {
    items: owedOf({
      obligations: [...open.items, ...still.items],
      notices: notices.items,
      contributions: contributions.items,
      unitId,
      mayConfirm: may('report.confirm'),
    }),
    isPending: all.some((one) => one.isPending),
    problem: all.map(({ error }) => error).find((error) => error !== null) ?? null,
    again: () => all.forEach((one) => void one.refetch()),
  };
}

function OwedGroup({ group, items }: { group: Group; items: Owed[] }) {
  const { t } = useTranslation('mine');
  const [isAll, setAll] = useState(false);
  if (items.length === 0) return null;
  const shown = group === 'later' && !isAll ? items.slice(0, LATER_AT_FIRST) : items;
  return (
    <section className={`owed-group owed-${group}`} aria-labelledby={`owed-${group}`}>
      <h2 id={`owed-${group}`}>
        {t(`group.${group}`)} <span className="owed-number">{items.length}</span>
      </h2>
      <ul className="owed-list">
        {shown.map((one) => (
          <OwedCard key={one.key} owed={one} />
        ))}
      </ul>
      {shown.length < items.length && (
        <Button block onClick={() => setAll(true)}>
          {t('showAll', { count: items.length })}
        </Button>
      )}
    </section>
  );
}

function OwedCard({ owed }: { owed: Owed }) {
  const { t } = useTranslation(['mine', 'terms']);
  const inWords = useSubject();
  const { may } = useSession();
  const { taskNumber, taskContent, taskId, kind, subject, dueOn, notice, act, afterSigning, obligationId, state } =
    owed;
  const more = moreTimePath(owed, dayOf(now()));
  return (
    <li className="owed" data-tour="owed">
      <div className="owed-what">
        <strong>{t(`terms:obligation.${kind}` as 'terms:obligation.answer')}</strong>
        {subject && <span className="owed-subject">{inWords(subject)}</span>}
        {notice && (
          <span className={`notice-tag notice-${notice.colour}`}>
            {t('terms:noticeShort', { colour: t(`terms:colour.${notice.colour}`) })}
          </span>
        )}
      </div>
      <Link to={`/tasks/${taskId}`} className="owed-task">
        {taskNumber && <span className="owed-task-number">{taskNumber}</span>} {taskContent}
      </Link>
      <div className="owed-date">
        {dueOn ? <Remaining dueOn={dueOn} /> : <NoDate of={owed} />}
        {obligationId && <WhyThisDate obligationId={obligationId} />}
        {more !== null && may('application.make') && (
          <Link to={more} className="owed-more">
            {t('moreTime')}
          </Link>
        )}
        {afterSigning.length > 0 && (
          <p className="owed-then">
            {t('afterSigning')}{' '}
            {afterSigning.map((one, at) => (
              <span key={`${one.kind} ${one.subject} ${one.effectiveOn}`}>
                {at > 0 && ' · '}
                {t(`terms:obligation.${one.kind}`)} {inWords(one.subject)} <Day date={one.effectiveOn} isDue />
              </span>
            ))}
          </p>
        )}
      </div>
      <div className="owed-act">
        {act ? (
          <LinkButton to={act.path} type="primary" size="large" block>
            {t(`do.${act.name}`)}
          </LinkButton>
        ) : (
          <span className="owed-waits">{t(`state.${state}` as 'state.stands_still')}</span>
        )}
      </div>
    </li>
  );
}

/** Nothing says until when; of a notice, since when it stands. */
function NoDate({ of: { kind, notice } }: { of: Owed }) {
  const { t } = useTranslation('mine');
  if (kind !== 'answer' || notice === null) return <>{t('noDate')}</>;
  return (
    <span className="date-late">
      {t('answerAtOnce')} · {t('notice.issued')} <Day date={notice.issuedAt} />
    </span>
  );
}

/** A date, and how far it is away: nobody counts days in their head. */
function Remaining({ dueOn }: { dueOn: string }) {
  const { t } = useTranslation('mine');
  const days = daysBetween(dayOf(now()), dueOn);
  const kind = days < 0 ? 'late' : days === 0 ? 'today' : 'left';
  return (
    <span className={days < 0 ? 'date-late' : undefined}>
      <Day date={dueOn} /> · {t(`days.${kind}`, { count: Math.abs(days) })}
    </span>
  );
}
