import { Alert, App, Button, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import { EvidenceLinks } from '../../evidence/evidence-links';
import { Instant } from '../../layout/day';
import { useSubject } from '../../layout/subject';
import { useTellProblem } from '../../problem/use-problem';
import { useSession } from '../../session/session';
import { useAsk } from '../../undo/use-ask';
import type { ActProps } from '../act-props';
import { TextItem } from '../text-item';

/** The head of the unit confirms what its contact has handed in (负责人审签), or sends it back. */
export default function ConfirmAct({ task, part, of, done, refresh }: ActProps) {
  const { t } = useTranslation(['mine', 'terms']);
  const inWords = useSubject();
  const { may } = useSession();
  const { message } = App.useApp();
  const tell = useTellProblem();
  const ask = useAsk();
  const reports = api.useQuery('get', '/api/v1/assignments/{id}/reports', { params: { path: { id: part.id } } });
  const confirm = api.useMutation('post', '/api/v1/reports/{id}/transitions', {
    onSuccess: () => done(),
    onError: tell,
  });
  if (reports.isPending) return <Skeleton active />;
  const report = reports.data?.items.find(({ id, state }) => (of === null ? state === 'submitted' : id === of));
  if (!report || !may('report.confirm')) return <Alert type="info" showIcon title={t('confirm.none')} />;
  const evidence = task.reports.find(({ id }) => id === report.id)?.evidence ?? [];
  return (
    <section className="panel">
      <p>
        <strong>
          {t(`terms:obligation.${report.kind}` as 'terms:obligation.answer')} {inWords(report.period)}
        </strong>{' '}
        · {report.reportedBy} · <Instant at={report.reportedAt} />
      </p>
      <blockquote className="quoted">{report.text}</blockquote>
      {report.figures.map((figure) => (
        <div key={figure.targetId} className="figure">
          <div className="figure-head">{figure.text}</div>
          <div className="figure-row">
            <span>
              {figure.value}
              {figure.unit}
            </span>
            {typeof figure.planned === 'number' && (
              <span className="figure-beside">
                {t('figure.planned')} {figure.planned}
                {figure.unit}
              </span>
            )}
            {figure.previousValue !== null && (
              <span className="figure-beside">
                {t('figure.last')} {figure.previousValue}
                {figure.unit}
              </span>
            )}
          </div>
        </div>
      ))}
      {report.behindReason && <Told label={t('report.behindReason')} text={report.behindReason} />}
      {report.difficulties && <Told label={t('report.difficulties')} text={report.difficulties} />}
      {report.nextSteps && <Told label={t('report.nextSteps')} text={report.nextSteps} />}
      <EvidenceLinks evidence={evidence} />
      {report.state === 'submitted' && (
        <>
          <p>
            <Button
              type="primary"
              size="large"
              loading={confirm.isPending}
              onClick={() =>
                void ask({ title: t('confirm.ask'), ok: t('do.confirm') }).then(
                  (isMeant) =>
                    isMeant && confirm.mutate({ params: { path: { id: report.id } }, body: { event: 'confirm' } }),
                )
              }
            >
              {t('do.confirm')}
            </Button>
          </p>
          <h2>{t('confirm.sendBack')}</h2>
          <DraftForm<{ reason: string }>
            name={`confirm.${report.id}`}
            initial={{}}
            taskId={task.id}
            submit={t('confirm.sendBack')}
            isDanger
            done={() => {
              void message.success(t('confirm.sentBack'));
              done();
            }}
            refresh={refresh}
            send={({ reason }, key) =>
              answerOf(
                client.POST('/api/v1/reports/{id}/transitions', {
                  params: { path: { id: report.id }, header: { 'Idempotency-Key': key } },
                  body: { event: 'send_back', reason },
                }),
              )
            }
          >
            <TextItem name="reason" label={t('confirm.reason')} isRequired />
          </DraftForm>
        </>
      )}
    </section>
  );
}

function Told({ label, text }: { label: string; text: string }) {
  return (
    <>
      <div className="figure-head">{label}</div>
      <blockquote className="quoted">{text}</blockquote>
    </>
  );
}
