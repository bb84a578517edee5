import { Button } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, client, type Schemas } from '../api/client';
import { DraftForm } from '../drafts/draft-form';
import { type ReportContent, ReportFields, sentOf } from '../mine/report-fields';
import { TextItem } from '../mine/text-item';
import { useDone } from '../undo/use-done';
import type { Part } from './part-acts';

type Task = Schemas['TaskDto'];
type Report = Task['reports'][number];

interface Fields extends ReportContent {
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
  const { t } = useTranslation(['task', 'console']);
  const say = useDone();
  const queries = useQueryClient();
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
        send={({ text, reason, ...more }, key) =>
          answerOf(
            client.POST('/api/v1/reports/{id}/corrections', {
              params: { path: { id: report.id }, header: { 'Idempotency-Key': key } },
              body: { text, reason, ...sentOf(more) },
            }),
          )
        }
      >
        <p>{t('report.correctMeans')}</p>
        <TextItem name="reason" label={t('report.correctReason')} isRequired />
        <ReportFields of={of} part={part} period={report.period ?? null} evidenceHelp={t('report.filesStay')} />
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
