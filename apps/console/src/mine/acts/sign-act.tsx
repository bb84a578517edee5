import { useTranslation } from 'react-i18next';
import { DraftForm } from '../../drafts/draft-form';
import { Day } from '../../layout/day';
import { answerOf, client } from '../../api/client';
import type { ActProps } from '../act-props';
import { timeToObject } from '../other-acts';

/** The unit signs for its part (签收): it has read it, and sets to work. */
export default function SignAct({ task, part, done, refresh }: ActProps) {
  const { t } = useTranslation('mine');
  const owed = task.obligations.find(({ assignmentId, kind }) => assignmentId === part.id && kind === 'sign_for');
  const { lastOn, isOpen } = timeToObject(task, part);
  return (
    <section className="panel">
      {owed && (
        <p>
          {t('sign.by')} <Day date={owed.effectiveOn} isDue />
        </p>
      )}
      <p>
        {t('sign.about')}{' '}
        {isOpen && (
          <>
            {t('sign.orObject')} <Day date={lastOn} />
          </>
        )}
      </p>
      <DraftForm
        name={`sign.${part.id}`}
        initial={{}}
        taskId={task.id}
        submit={t('do.sign')}
        done={() => done()}
        refresh={refresh}
        send={(_, key) =>
          answerOf(
            client.POST('/api/v1/assignments/{id}/transitions', {
              params: { path: { id: part.id }, header: { 'Idempotency-Key': key } },
              body: { event: 'sign_for', expectedVersion: part.version },
            }),
          )
        }
      />
    </section>
  );
}
