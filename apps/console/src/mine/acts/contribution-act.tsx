import { Alert, Form, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import { Day } from '../../layout/day';
import { useSubject } from '../../layout/subject';
import type { ActProps } from '../act-props';
import { type FiguresGiven, FiguresField, measurementsOf } from '../figures-field';
import { TextItem } from '../text-item';

/** A co-unit writes its contribution (供稿) to the report of the lead, and hands it in. */
export default function ContributionAct({ task, part, of, done }: ActProps) {
  const { t } = useTranslation('mine');
  const inWords = useSubject();
  const found = api.useQuery('get', '/api/v1/contributions', {
    params: { query: { taskId: task.id, assignmentId: part.id, limit: 200 } },
  });
  if (found.isPending) return <Skeleton active />;
  const mine = (found.data?.items ?? []).filter(({ assignmentId }) => assignmentId === part.id);
  const contribution = mine.find(({ id, state }) =>
    of === null ? state === 'asked' || state === 'returned' : id === of,
  );
  if (!contribution) return <Alert type="info" showIcon title={t('contribution.none')} />;
  const { id, state, subject, question, dueOn, reason, sentences, version } = contribution;
  return (
    <section className="panel">
      <p>
        <strong>{inWords(subject)}</strong> · {t(`contribution.state.${state}`)} · {t('dueOn')}{' '}
        <Day date={dueOn} isDue />
      </p>
      {question && <blockquote className="quoted">{question}</blockquote>}
      {state === 'returned' && (
        <Alert type="warning" showIcon className="act-note" title={t('contribution.returned')} description={reason} />
      )}
      {state !== 'asked' && state !== 'returned' ? (
        <blockquote className="quoted">{sentences.join('\n')}</blockquote>
      ) : (
        <DraftForm<{ text: string; figures?: FiguresGiven }>
          name={`contribution.${id}`}
          initial={sentences.length > 0 ? { text: sentences.join('\n') } : {}}
          taskId={task.id}
          submit={t('contribution.submit')}
          done={() => done()}
          refresh={() => found.refetch()}
          send={({ text, figures }, key) =>
            answerOf(
              client.POST('/api/v1/contributions/{id}/transitions', {
                params: { path: { id }, header: { 'Idempotency-Key': key } },
                body: { event: 'submit', text, figures: measurementsOf(figures), expectedVersion: version },
              }),
            )
          }
        >
          <TextItem name="text" label={t('contribution.text')} help={t('contribution.textHelp')} rows={5} isRequired />
          {task.targets.length > 0 && (
            <Form.Item name="figures" label={t('contribution.figures')}>
              <FiguresField task={task} part={part} />
            </Form.Item>
          )}
        </DraftForm>
      )}
    </section>
  );
}
