import { Alert, Button, Checkbox, Form, Select, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client, type Schemas } from '../../api/client';
import { DraftForm, useKeep } from '../../drafts/draft-form';
import { Day } from '../../layout/day';
import { useSubject } from '../../layout/subject';
import type { ActProps, Part, Task } from '../act-props';
import { openReports } from '../other-acts';
import { type ReportContent, ReportFields, sentOf } from '../report-fields';

interface Fields extends ReportContent {
  sentences?: string[];
}
type Report = Schemas['ReportsDto']['items'][number];
type Owed = Task['obligations'][number];

/** A periodic report (定期报告), or the report on a milestone or an instruction: what it says discharges what is owed. */
export default function ReportAct(props: ActProps) {
  const { t } = useTranslation(['mine', 'terms']);
  const inWords = useSubject();
  const owed = openReports(props.task, props.part);
  const [chosen, choose] = useState(props.of ?? owed[0]?.id);
  const reports = api.useQuery('get', '/api/v1/assignments/{id}/reports', { params: { path: { id: props.part.id } } });
  const one = owed.find(({ id }) => id === chosen);
  if (owed.length === 0) return <Alert type="info" showIcon title={t('report.none')} />;
  if (reports.isPending) return <Skeleton active />;
  return (
    <section className="panel">
      {owed.length > 1 && (
        <Form.Item label={t('report.of')} layout="vertical">
          <Select
            value={chosen}
            onChange={choose}
            aria-label={t('report.of')}
            options={owed.map(({ id, kind, subject, effectiveOn }) => ({
              value: id,
              label: [t(`terms:obligation.${kind}` as 'terms:obligation.answer'), inWords(subject), effectiveOn]
                .filter(Boolean)
                .join(' · '),
            }))}
          />
        </Form.Item>
      )}
      {one ? (
        <ReportForm key={one.id} {...props} owed={one} reports={reports.data?.items ?? []} />
      ) : (
        <Alert type="info" showIcon title={t('report.gone')} />
      )}
    </section>
  );
}

function ReportForm({ task, part, done, refresh, owed, reports }: ActProps & { owed: Owed; reports: Report[] }) {
  const { t } = useTranslation(['mine', 'terms']);
  const inWords = useSubject();
  const last = reports.findLast(({ kind, correctedBy }) => kind === 'progress_report' && correctedBy === null);
  const instruction = task.instructions.find(({ units }) => units.some(({ obligationId }) => obligationId === owed.id));
  return (
    <DraftForm<Fields>
      name={`report.${owed.id}`}
      initial={{}}
      taskId={task.id}
      submit={t('do.report')}
      done={() => done()}
      refresh={refresh}
      send={({ text, sentences = [], ...more }, key) =>
        answerOf(
          client.POST('/api/v1/assignments/{id}/reports', {
            params: { path: { id: part.id }, header: { 'Idempotency-Key': key } },
            body: {
              obligationId: owed.id,
              ...contentOf(text, sentences),
              ...sentOf(more),
            },
          }),
        )
      }
    >
      <p>
        <strong>
          {t(`terms:obligation.${owed.kind}` as 'terms:obligation.answer')} {inWords(owed.subject)}
        </strong>{' '}
        · {t('dueOn')} <Day date={owed.effectiveOn} isDue />
      </p>
      {instruction && (
        <blockquote className="quoted">
          {instruction.leader}：{instruction.text}
        </blockquote>
      )}
      {last && <LastReport report={last} />}
      <ReportFields of={task} part={part} period={owed.kind === 'progress_report' ? owed.subject : null}>
        {part.role === 'lead' && <Contributed task={task} part={part} />}
      </ReportFields>
    </DraftForm>
  );
}

/** The report of the period before, to go on from. */
function LastReport({ report }: { report: Report }) {
  const { t } = useTranslation('mine');
  const inWords = useSubject();
  const form = Form.useFormInstance<Fields>();
  const keep = useKeep();
  const take = (): void => {
    const { text, difficulties, nextSteps } = report;
    const values = { text, difficulties: difficulties ?? undefined, nextSteps: nextSteps ?? undefined };
    form.setFieldsValue(values);
    keep();
  };
  return (
    <details className="act-note">
      <summary>
        {t('report.last', { period: inWords(report.period) })} <Day date={report.reportedAt} />
      </summary>
      <blockquote className="quoted">{report.text}</blockquote>
      <Button size="small" onClick={take}>
        {t('report.takeLast')}
      </Button>
    </details>
  );
}

/** Sentences of accepted contributions (供稿), to be taken into the report as their authors wrote them. */
function Contributed({ task, part }: { task: Task; part: Part }) {
  const { t } = useTranslation('mine');
  const found = api.useQuery('get', '/api/v1/contributions', {
    params: { query: { taskId: task.id, assignmentId: part.id, state: 'accepted', limit: 200 } },
  });
  const options = (found.data?.items ?? []).flatMap(({ id, unitName, sentences }) =>
    sentences.map((sentence, place) => ({ value: `${id}#${place + 1}`, label: `${unitName}：${sentence}` })),
  );
  if (options.length === 0) return null;
  return (
    <Form.Item name="sentences" label={t('report.contributed')} extra={t('report.contributedHelp')}>
      <Checkbox.Group options={options} className="sentences" />
    </Form.Item>
  );
}

/** The text by itself, or, where sentences of others are taken in, piece by piece with whose each is. */
function contentOf(text: string, sentences: readonly string[]): Pick<Schemas['ReportDto'], 'text' | 'contents'> {
  if (sentences.length === 0) return { text };
  return {
    contents: [
      { text },
      ...sentences.map((one) => {
        const [contributionId = '', sentence] = one.split('#');
        return { contributionId, sentence: Number(sentence) };
      }),
    ],
  };
}
