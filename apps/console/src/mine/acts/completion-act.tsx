import { Alert, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client, type Schemas } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import { EvidenceField, type EvidenceItem, evidenceOf } from '../../evidence/evidence-field';
import { INVERSES } from '../../undo/inverses';
import type { ActProps, Part, Task } from '../act-props';
import { fallsShort, type FiguresGiven, FiguresField, measurementsOf } from '../figures-field';
import { filled } from '../report-fields';
import { TextItem } from '../text-item';

interface Fields {
  text: string;
  figures?: FiguresGiven;
  evidence?: EvidenceItem[];
  shortfallReason?: string;
  goAheadReason?: string;
}

/** The completion report (办结报告), with what whoever verifies it will look at. */
export default function CompletionAct({ task, part, done, refresh }: ActProps) {
  const { t } = useTranslation('mine');
  const isLead = part.role === 'lead';
  const open = unready(task, part);
  return (
    <section className="panel">
      <Returned task={task} part={part} />
      <Checklist part={part} />
      <DraftForm<Fields, Schemas['AssignmentDto']>
        name={`completion.${part.id}`}
        initial={{}}
        taskId={task.id}
        submit={t('do.completion')}
        done={(reported) => done(INVERSES.report(reported))}
        refresh={refresh}
        send={({ figures, evidence, ...texts }, key) =>
          answerOf(
            client.POST('/api/v1/assignments/{id}/transitions', {
              params: { path: { id: part.id }, header: { 'Idempotency-Key': key } },
              body: {
                event: 'report',
                expectedVersion: part.version,
                ...filled(texts),
                evidence: evidenceOf(evidence),
                measurements: isLead ? measurementsOf(figures) : [],
              },
            }),
          )
        }
      >
        <TextItem name="text" label={t('completion.text')} rows={5} isRequired />
        {isLead && task.targets.length > 0 && <Figures task={task} part={part} />}
        <Form.Item
          name="evidence"
          label={t('evidence.label')}
          extra={t('completion.evidenceHelp')}
          rules={[
            {
              required: true,
              validator: (_, items: EvidenceItem[] | undefined) =>
                evidenceOf(items).length > 0
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('completion.noEvidence'))),
            },
          ]}
        >
          <EvidenceField />
        </Form.Item>
        {isLead && open.length > 0 && (
          <>
            <Alert
              type="warning"
              showIcon
              className="act-note"
              title={t('completion.open', { units: open.join('、') })}
            />
            <TextItem name="goAheadReason" label={t('completion.goAheadReason')} isRequired />
          </>
        )}
      </DraftForm>
    </section>
  );
}

function Figures({ task, part }: { task: Task; part: Part }) {
  const { t } = useTranslation('mine');
  const figures = Form.useWatch<FiguresGiven | undefined>('figures');
  const isShort = task.targets.some((target) => fallsShort(target, figures?.[target.id]));
  return (
    <>
      <Form.Item
        name="figures"
        label={t('report.figures')}
        rules={[
          {
            required: true,
            validator: (_, given: FiguresGiven | undefined) =>
              measurementsOf(given).length === task.targets.length
                ? Promise.resolve()
                : Promise.reject(new Error(t('completion.noFigures'))),
          },
        ]}
      >
        <FiguresField task={task} part={part} />
      </Form.Item>
      {isShort && <TextItem name="shortfallReason" label={t('completion.shortfallReason')} isRequired />}
    </>
  );
}

/** Why it was returned the last time, where it was. */
function Returned({ task, part }: { task: Task; part: Part }) {
  const { t } = useTranslation('mine');
  const last = task.verifications.findLast(({ assignmentId }) => assignmentId === part.id);
  if (last?.event !== 'return') return null;
  return (
    <Alert
      type="warning"
      showIcon
      className="act-note"
      title={t('completion.returned')}
      description={last.conclusion}
    />
  );
}

function Checklist({ part }: { part: Part }) {
  const { t, i18n } = useTranslation('mine');
  const found = api.useQuery('get', '/api/v1/assignments/{id}/checklist', { params: { path: { id: part.id } } });
  if (!found.data || found.data.checklist.length === 0) return null;
  return (
    <Alert
      type="info"
      showIcon
      className="act-note"
      title={t('completion.checklist')}
      description={
        <ul className="message-lines">
          {found.data.checklist.map((item) => (
            <li key={item.zh}>{item[i18n.language === 'en' ? 'en' : 'zh']}</li>
          ))}
        </ul>
      }
    />
  );
}

/** Other units of the task that have not reported yet. */
const unready = (task: Task, part: Part): string[] =>
  task.assignments
    .filter(
      ({ id, role, state }) => id !== part.id && role !== 'lead' && (state === 'assigned' || state === 'in_progress'),
    )
    .map(({ unitName }) => unitName);
