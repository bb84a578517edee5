import { Alert, Button, Checkbox, Form, Input, Select, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client, type Schemas } from '../../api/client';
import { DraftForm, useKeep } from '../../drafts/draft-form';
import { EvidenceField, type EvidenceItem, evidenceOf } from '../../evidence/evidence-field';
import { Day } from '../../layout/day';
import type { ActProps, Part, Task } from '../act-props';
import { type FiguresGiven, FiguresField, measurementsOf } from '../figures-field';
import { openReports } from '../other-acts';

interface Fields {
  text: string;
  sentences?: string[];
  difficulties?: string;
  nextSteps?: string;
  behindReason?: string;
  figures?: FiguresGiven;
  evidence?: EvidenceItem[];
}
type Report = Schemas['ReportsDto']['items'][number];
type Owed = Task['obligations'][number];

/** A periodic report (定期报告), or the report on a milestone or an instruction: what it says discharges what is owed. */
export default function ReportAct(props: ActProps) {
  const { t } = useTranslation(['mine', 'terms']);
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
              label: [t(`terms:obligation.${kind}` as 'terms:obligation.answer'), subject, effectiveOn]
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
  const hasFigures = part.role === 'lead' && task.targets.length > 0;
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
      send={({ text, sentences = [], figures, evidence, ...more }, key) =>
        answerOf(
          client.POST('/api/v1/assignments/{id}/reports', {
            params: { path: { id: part.id }, header: { 'Idempotency-Key': key } },
            body: {
              obligationId: owed.id,
              ...contentOf(text, sentences),
              ...filled(more),
              evidence: evidenceOf(evidence),
              measurements: measurementsOf(figures),
            },
          }),
        )
      }
    >
      <p>
        <strong>
          {t(`terms:obligation.${owed.kind}` as 'terms:obligation.answer')} {owed.subject}
        </strong>{' '}
        · {t('dueOn')} <Day date={owed.effectiveOn} isDue />
      </p>
      {instruction && (
        <blockquote className="quoted">
          {instruction.leader}：{instruction.text}
        </blockquote>
      )}
      {last && <LastReport report={last} />}
      <Form.Item
        name="text"
        label={t('report.text')}
        rules={[{ required: true, whitespace: true, message: t('required') }]}
      >
        <Input.TextArea rows={5} className="grows" maxLength={10_000} />
      </Form.Item>
      {part.role === 'lead' && <Contributed task={task} part={part} />}
      {hasFigures && (
        <Form.Item name="figures" label={t('report.figures')}>
          <FiguresField task={task} part={part} period={owed.kind === 'progress_report' ? owed.subject : null} />
        </Form.Item>
      )}
      {hasFigures && (
        <Form.Item name="behindReason" label={t('report.behindReason')} extra={t('report.behindHelp')}>
          <Input.TextArea rows={2} className="grows" maxLength={10_000} />
        </Form.Item>
      )}
      <Form.Item name="difficulties" label={t('report.difficulties')}>
        <Input.TextArea rows={2} className="grows" maxLength={10_000} />
      </Form.Item>
      <Form.Item name="nextSteps" label={t('report.nextSteps')}>
        <Input.TextArea rows={2} className="grows" maxLength={10_000} />
      </Form.Item>
      <Form.Item name="evidence" label={t('evidence.label')}>
        <EvidenceField />
      </Form.Item>
    </DraftForm>
  );
}

/** The report of the period before, to go on from. */
function LastReport({ report }: { report: Report }) {
  const { t } = useTranslation('mine');
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
        {t('report.last', { period: report.period ?? '' })} <Day date={report.reportedAt} />
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

/** What was filled in, of fields that may be left out. */
export const filled = <T extends Record<string, string | undefined>>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value?.trim())) as Partial<T>;
