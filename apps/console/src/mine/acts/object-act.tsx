import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, client, type Schemas } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import { Day } from '../../layout/day';
import { INVERSES } from '../../undo/inverses';
import type { ActProps } from '../act-props';
import { timeToObject } from '../other-acts';
import { TextItem } from '../text-item';

/** The unit says that the matter is not its own (异议), or takes that back. */
export default function ObjectAct({ task, part, done, refresh }: ActProps) {
  const { t } = useTranslation('mine');
  const isObjected = (part.marks ?? []).includes('objected');
  const { lastOn, isOpen } = timeToObject(task, part);
  if (!isObjected && !isOpen) {
    return (
      <Alert
        type="info"
        showIcon
        className="act-note"
        title={
          lastOn === null ? (
            t('object.signed')
          ) : (
            <>
              {t('object.tooLate')} <Day date={lastOn} />
            </>
          )
        }
      />
    );
  }
  return (
    <section className="panel">
      <p>{t(isObjected ? 'object.withdrawAbout' : 'object.about')}</p>
      {!isObjected && lastOn !== null && (
        <p>
          {t('object.until')} <Day date={lastOn} isDue />
        </p>
      )}
      <DraftForm<{ reason: string }, Schemas['AssignmentDto']>
        name={`object.${part.id}`}
        initial={{}}
        taskId={task.id}
        submit={t(isObjected ? 'object.withdraw' : 'object.submit')}
        done={(objected) => done(isObjected ? null : INVERSES.object(objected))}
        refresh={refresh}
        send={({ reason }, key) =>
          answerOf(
            client.POST('/api/v1/assignments/{id}/transitions', {
              params: { path: { id: part.id }, header: { 'Idempotency-Key': key } },
              body: isObjected
                ? { event: 'withdraw_objection', expectedVersion: part.version }
                : { event: 'object', reason, expectedVersion: part.version },
            }),
          )
        }
      >
        {!isObjected && <TextItem name="reason" label={t('object.reason')} rows={4} isRequired />}
      </DraftForm>
    </section>
  );
}
