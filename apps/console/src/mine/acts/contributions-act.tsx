import { Alert, App, Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client, type Schemas } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import { Day } from '../../layout/day';
import { DayField } from '../../layout/day-field';
import { useSubject } from '../../layout/subject';
import { useTellProblem } from '../../problem/use-problem';
import { INVERSES } from '../../undo/inverses';
import { useAsk } from '../../undo/use-ask';
import type { ActProps } from '../act-props';
import { openReports } from '../other-acts';
import { TextItem } from '../text-item';

type Contribution = Schemas['ContributionsDto']['items'][number];
interface Fields {
  obligationId?: string;
  from?: string[];
  dueOn?: string;
  question?: string;
}

/** The lead asks the other units to contribute (供稿) to its report, and accepts or returns what they write. */
export default function ContributionsAct({ task, part, done, refresh }: ActProps) {
  const { t } = useTranslation(['mine', 'terms']);
  const inWords = useSubject();
  const given = api.useQuery('get', '/api/v1/contributions', {
    params: { query: { taskId: task.id, assignmentId: part.id, limit: 200 } },
  });
  const owed = openReports(task, part);
  const others = task.assignments.filter(
    ({ id, state }) => id !== part.id && !['cancelled', 'not_implemented', 'verified'].includes(state),
  );
  return (
    <>
      {(given.data?.items ?? []).map((one) => (
        <OneContribution key={one.id} contribution={one} refresh={() => given.refetch()} />
      ))}
      <section className="panel">
        <h2>{t('contributions.ask')}</h2>
        {others.length === 0 ? (
          <Alert type="info" showIcon title={t('contributions.nobody')} />
        ) : (
          <DraftForm<Fields, Schemas['AskedDto']>
            name={`contributions.${part.id}`}
            initial={owed[0] ? { obligationId: owed[0].id } : {}}
            taskId={task.id}
            submit={t('contributions.submit')}
            done={(asked) => done(INVERSES.askForContributions(asked))}
            refresh={refresh}
            send={({ from = [], ...fields }, key) =>
              answerOf(
                client.POST('/api/v1/assignments/{id}/contributions', {
                  params: { path: { id: part.id }, header: { 'Idempotency-Key': key } },
                  body: { ...withoutEmpty(fields), from: from.length === 0 ? 'all' : from },
                }),
              )
            }
          >
            {owed.length > 0 && (
              <Form.Item name="obligationId" label={t('contributions.for')}>
                <Select
                  allowClear
                  options={owed.map(({ id, kind, subject, effectiveOn }) => ({
                    value: id,
                    label: [t(`terms:obligation.${kind}` as 'terms:obligation.answer'), inWords(subject), effectiveOn]
                      .filter(Boolean)
                      .join(' · '),
                  }))}
                />
              </Form.Item>
            )}
            <Form.Item name="from" label={t('contributions.from')} extra={t('contributions.fromHelp')}>
              <Select
                mode="multiple"
                placeholder={t('contributions.all')}
                options={others.map(({ id, unitName }) => ({ value: id, label: unitName }))}
              />
            </Form.Item>
            <Form.Item name="dueOn" label={t('contributions.dueOn')} extra={t('contributions.dueOnHelp')}>
              <DayField isFuture />
            </Form.Item>
            <TextItem name="question" label={t('contributions.question')} />
          </DraftForm>
        )}
      </section>
    </>
  );
}

const withoutEmpty = (fields: Omit<Fields, 'from'>): Omit<Fields, 'from'> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));

function OneContribution({ contribution, refresh }: { contribution: Contribution; refresh: () => Promise<unknown> }) {
  const { t } = useTranslation('mine');
  const inWords = useSubject();
  const { message } = App.useApp();
  const tell = useTellProblem();
  const ask = useAsk();
  const [reason, setReason] = useState('');
  const move = api.useMutation('post', '/api/v1/contributions/{id}/transitions', {
    onSuccess: async () => {
      void message.success(t('contributions.moved'));
      await refresh();
    },
    onError: tell,
  });
  const { id, unitName, subject, state, dueOn, sentences, version } = contribution;
  const send = (event: 'accept' | 'return' | 'withdraw'): void =>
    move.mutate({
      params: { path: { id } },
      body: { event, expectedVersion: version, ...(event === 'return' ? { reason } : {}) },
    });
  return (
    <section className="panel" aria-label={unitName}>
      <p>
        <strong>{unitName}</strong> · {inWords(subject)} · {t(`contribution.state.${state}`)} · {t('dueOn')}{' '}
        <Day date={dueOn} isDue={state === 'asked' || state === 'returned'} />
      </p>
      {sentences.length > 0 && <blockquote className="quoted">{sentences.join('\n')}</blockquote>}
      {state === 'submitted' && (
        <div className="figure-row">
          <Button
            type="primary"
            loading={move.isPending}
            onClick={() =>
              void ask({ title: t('contributions.acceptAsk', { unit: unitName }), ok: t('contributions.accept') }).then(
                (isMeant) => isMeant && send('accept'),
              )
            }
          >
            {t('contributions.accept')}
          </Button>
          <Input
            value={reason}
            onChange={({ target }) => setReason(target.value)}
            aria-label={t('contributions.reason')}
            placeholder={t('contributions.reason')}
            style={{ flex: '1 1 240px' }}
            maxLength={500}
          />
          <Button danger disabled={!reason.trim()} onClick={() => send('return')}>
            {t('contributions.return')}
          </Button>
        </div>
      )}
      {(state === 'asked' || state === 'returned') && (
        <Button size="small" onClick={() => send('withdraw')}>
          {t('contributions.withdraw')}
        </Button>
      )}
    </section>
  );
}
