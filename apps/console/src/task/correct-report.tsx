import { Button, Form, Input } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, client, type Schemas } from '../api/client';
import { DraftForm } from '../drafts/draft-form';
import { EvidenceField, type EvidenceItem, evidenceOf } from '../evidence/evidence-field';
import { filled } from '../mine/acts/report-act';
import { type FiguresGiven, FiguresField, measurementsOf } from '../mine/figures-field';
import { useDone } from '../undo/use-done';
import type { Part } from './part-acts';

type Task = Schemas['TaskDto'];
type Report = Task['reports'][number];

interface Fields {
  text: string;
  difficulties?: string;
  nextSteps?: string;
  behindReason?: string;
  figures?: FiguresGiven;
  evidence?: EvidenceItem[];
  reason: string;
}

/** Another version of a report (更正), which begins as the one that it stands in the place of; both are kept. */
export default function CorrectReport({
  of,
  part,
  report,
  again,
  close,
}: {
  of: Pick<Task, 'id' | 'targets'>;
  part: Part;
  report: Report;
  again: () => void;
  close: () => void;
}) {
  const { t } = useTranslation(['task', 'mine', 'console']);
  const say = useDone();
  const queries = useQueryClient();
  const hasFigures = part.role === 'lead' && of.targets.length > 0;
  const required = [{ required: true, whitespace: true, message: t('mine:required') }];
  return (
    <>
      <DraftForm<Fields>
        name={`correction.${report.id}`}
        initial={fieldsOf(report)}
        taskId={of.id}
        submit={t('report.correctOk')}
        refresh={() => queries.invalidateQueries({ queryKey: ['get', '/api/v1/tasks/{id}'] })}
        done={() => {
          say(t('report.correctDone'));
          again();
          close();
        }}
        send={({ text, reason, figures, evidence, ...more }, key) =>
          answerOf(
            client.POST('/api/v1/reports/{id}/corrections', {
              params: { path: { id: report.id }, header: { 'Idempotency-Key': key } },
              body: {
                text,
                reason,
                ...filled(more),
                evidence: evidenceOf(evidence),
                measurements: measurementsOf(figures),
              },
            }),
          )
        }
      >
        <p>{t('report.correctMeans')}</p>
        <Form.Item name="reason" label={t('report.correctReason')} rules={required}>
          <Input.TextArea rows={2} className="grows" maxLength={10_000} />
        </Form.Item>
        <Form.Item name="text" label={t('mine:report.text')} rules={required}>
          <Input.TextArea rows={5} className="grows" maxLength={10_000} />
        </Form.Item>
        {hasFigures && (
          <>
            <Form.Item name="figures" label={t('mine:report.figures')}>
              <FiguresField task={of} part={part} period={report.period ?? null} />
            </Form.Item>
            <Form.Item name="behindReason" label={t('mine:report.behindReason')} extra={t('mine:report.behindHelp')}>
              <Input.TextArea rows={2} className="grows" maxLength={10_000} />
            </Form.Item>
          </>
        )}
        <Form.Item name="difficulties" label={t('mine:report.difficulties')}>
          <Input.TextArea rows={2} className="grows" maxLength={10_000} />
        </Form.Item>
        <Form.Item name="nextSteps" label={t('mine:report.nextSteps')}>
          <Input.TextArea rows={2} className="grows" maxLength={10_000} />
        </Form.Item>
        <Form.Item name="evidence" label={t('mine:evidence.label')} extra={t('report.filesStay')}>
          <EvidenceField />
        </Form.Item>
      </DraftForm>
      <Button onClick={close}>{t('console:act.cancel')}</Button>
    </>
  );
}

/** A file belongs to the report with which it was handed in, and stays there. */
const fieldsOf = ({
  text,
  difficulties,
  nextSteps,
  behindReason,
  measurements,
  evidence,
}: Report): Partial<Fields> => ({
  text,
  ...(difficulties ? { difficulties } : {}),
  ...(nextSteps ? { nextSteps } : {}),
  ...(behindReason ? { behindReason } : {}),
  figures: Object.fromEntries(
    measurements.map(({ targetId, value, sourceId }) => [
      targetId,
      { value, ...(sourceId ? { figureId: sourceId } : {}) },
    ]),
  ),
  evidence: evidence.flatMap(({ fileId, title, location }) =>
    fileId === undefined ? [{ title, ...(location ? { location } : {}) }] : [],
  ),
});
