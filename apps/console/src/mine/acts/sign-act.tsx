import { useTranslation } from 'react-i18next';
import { DraftForm } from '../../drafts/draft-form';
import { Day, dayOf } from '../../layout/day';
import { now } from '../../session/clock';
import { answerOf, client } from '../../api/client';
import type { ActProps } from '../act-props';
import { lastDayToObject } from '../other-acts';

/** The unit signs for its part (签收): it has read it, and sets to work. */
export default function SignAct({ task, part, done, refresh }: ActProps) {
  const { t } = useTranslation('mine');
  const owed = task.obligations.find(({ assignmentId, kind }) => assignmentId === part.id && kind === 'sign_for');
  const lastToObject = lastDayToObject(task, part);
  return (
    <section className="panel">
      {owed && (
        <p>
          {t('sign.by')} <Day date={owed.effectiveOn} isDue />
        </p>
      )}
      <p>
        {t('sign.about')}{' '}
        {lastToObject !== null && lastToObject >= dayOf(now()) && (
          <>
            {t('sign.orObject')} <Day date={lastToObject} />
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
