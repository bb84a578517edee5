import { useTranslation } from 'react-i18next';
import { answerOf, client } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import type { ActProps } from '../act-props';

/** The unit takes its completion report back (撤回), as long as nobody has judged it. */
export default function WithdrawAct({ task, part, done, refresh }: ActProps) {
  const { t } = useTranslation('mine');
  return (
    <section className="panel">
      <p>{t('withdraw.about')}</p>
      <DraftForm
        name={`withdraw.${part.id}`}
        initial={{}}
        taskId={task.id}
        submit={t('withdraw.submit')}
        isDanger
        done={() => done()}
        refresh={refresh}
        send={(_, key) =>
          answerOf(
            client.POST('/api/v1/assignments/{id}/transitions', {
              params: { path: { id: part.id }, header: { 'Idempotency-Key': key } },
              body: { event: 'withdraw', expectedVersion: part.version },
            }),
          )
        }
      />
    </section>
  );
}
