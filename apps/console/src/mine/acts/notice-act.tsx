import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client } from '../../api/client';
import { useWhole } from '../../api/use-pages';
import { DraftForm } from '../../drafts/draft-form';
import { Day } from '../../layout/day';
import { useSubject } from '../../layout/subject';
import { useTellProblem } from '../../problem/use-problem';
import { NoticeFile } from '../../notices/notice-file';
import type { ActProps, Task } from '../act-props';
import { TextItem } from '../text-item';
import { WhyThisDate } from '../why-this-date';

type Notice = Task['notices'][number];

/** A supervision notice (督办单) is acknowledged and answered. */
export default function NoticeAct({ task, of, done, refresh }: ActProps) {
  const { t } = useTranslation(['mine', 'terms']);
  const tell = useTellProblem();
  const acknowledge = api.useMutation('post', '/api/v1/notices/{id}/transitions', {
    onSuccess: () => refresh(),
    onError: tell,
  });
  const notice = task.notices.find(({ id }) => id === of);
  if (!notice) return <Alert type="info" showIcon title={t('notice.none')} />;
  const path = { id: notice.id };
  return (
    <section className="panel">
      <p>
        <span className={`notice-tag notice-${notice.colour}`}>
          {t('terms:noticeShort', { colour: t(`terms:colour.${notice.colour}`) })}
        </span>{' '}
        {notice.number} · {t(`terms:notice.${notice.state}`)} · {t('notice.issued')} <Day date={notice.issuedAt} />
        {' · '}
        {notice.answerDueOn === null ? (
          t('notice.withoutDelay')
        ) : (
          <>
            {t('notice.answerBy')} <Day date={notice.answerDueOn} isDue={notice.answeredAt === null} />
          </>
        )}
      </p>
      <About task={task} notice={notice} />
      {notice.answer && <Answered task={task} notice={notice} answer={notice.answer} />}
      {notice.state === 'issued' && (
        <p>
          <Button
            loading={acknowledge.isPending}
            onClick={() =>
              acknowledge.mutate({ params: { path }, body: { event: 'acknowledge', expectedVersion: notice.version } })
            }
          >
            {t('notice.acknowledge')}
          </Button>
        </p>
      )}
      {(notice.state === 'issued' || notice.state === 'acknowledged') && (
        <DraftForm<{ answer: string }>
          name={`notice.${notice.id}`}
          initial={notice.answer === null ? {} : { answer: notice.answer }}
          taskId={task.id}
          submit={t('do.answer')}
          done={() => done()}
          refresh={refresh}
          send={({ answer }, key) =>
            answerOf(
              client.POST('/api/v1/notices/{id}/transitions', {
                params: { path, header: { 'Idempotency-Key': key } },
                body: { event: 'answer', answer, expectedVersion: notice.version },
              }),
            )
          }
        >
          <TextItem name="answer" label={t('notice.answer')} help={t('notice.answerHelp')} rows={5} isRequired />
        </DraftForm>
      )}
    </section>
  );
}

/** What was not handed in, by when it was owed and why then; and the paper itself. */
function About({ task, notice }: { task: Task; notice: Notice }) {
  const { t } = useTranslation(['mine', 'terms']);
  const inWords = useSubject();
  const owed = task.obligations.find(({ id }) => id === notice.obligationId);
  return (
    <div className="act-note">
      {owed && (
        <p>
          {t('notice.about')}{' '}
          <strong>
            {t(`terms:obligation.${owed.kind}` as 'terms:obligation.answer')} {inWords(owed.subject)}
          </strong>{' '}
          · {t('dueOn')} <Day date={owed.effectiveOn} isDue={owed.state === 'open'} />
          <WhyThisDate obligationId={owed.id} />
        </p>
      )}
      <NoticeFile notice={notice} />
    </div>
  );
}

/** The answer that was given; where the office has sent it back, with its reason. */
function Answered({ task, notice, answer }: { task: Task; notice: Notice; answer: string }) {
  const { t } = useTranslation('mine');
  const isRejected = notice.state === 'acknowledged';
  const story = useWhole('/api/v1/tasks/{id}/history', { limit: 200 }, { path: { id: task.id }, enabled: isRejected });
  const last = story.items.findLast(
    ({ type, entityId }) => type === 'supervision_notice.answer_rejected' && entityId === notice.id,
  );
  return (
    <>
      {isRejected && (
        <Alert
          type="warning"
          showIcon
          className="act-note"
          title={t('notice.rejected')}
          description={last?.reason ?? undefined}
        />
      )}
      <h2>{t('notice.given')}</h2>
      <blockquote className="quoted">{answer}</blockquote>
    </>
  );
}
