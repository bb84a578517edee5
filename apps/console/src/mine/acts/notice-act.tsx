import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import { Day } from '../../layout/day';
import { useTellProblem } from '../../problem/use-problem';
import type { ActProps } from '../act-props';

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
        {notice.answerDueOn && (
          <>
            {' '}
            · {t('notice.answerBy')} <Day date={notice.answerDueOn} isDue={notice.answeredAt === null} />
          </>
        )}
      </p>
      {notice.answer && <blockquote className="quoted">{notice.answer}</blockquote>}
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
          initial={{}}
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
          <Form.Item
            name="answer"
            label={t('notice.answer')}
            extra={t('notice.answerHelp')}
            rules={[{ required: true, message: t('required') }]}
          >
            <Input.TextArea rows={5} className="grows" maxLength={10_000} />
          </Form.Item>
        </DraftForm>
      )}
    </section>
  );
}
