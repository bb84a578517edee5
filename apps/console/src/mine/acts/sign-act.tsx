import { useTranslation } from 'react-i18next';
import { DraftForm } from '../../drafts/draft-form';
import { answerOf, client } from '../../api/client';
import type { ActProps } from '../act-props';

/** The unit signs for its part (签收): it has read it, and sets to work. */
export default function SignAct({ task, part, done, refresh }: ActProps) {
  const { t } = useTranslation('mine');
  return (
    <section className="panel">
      <p>{t('sign.about')}</p>
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
