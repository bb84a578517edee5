import { Form } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { EvidenceField, type EvidenceItem, evidenceOf } from '../evidence/evidence-field';
import type { Part, Task } from './act-props';
import { type FiguresGiven, FiguresField, measurementsOf } from './figures-field';
import { TextItem } from './text-item';

/** What a report (报送) says, the first version and each that corrects it. */
export interface ReportContent {
  text: string;
  difficulties?: string;
  nextSteps?: string;
  behindReason?: string;
  figures?: FiguresGiven;
  evidence?: EvidenceItem[];
}

/** @param children what stands between the text and its figures */
export function ReportFields({
  of,
  part,
  period,
  evidenceHelp,
  children,
}: {
  of: Pick<Task, 'id' | 'targets'>;
  part: Part;
  period: string | null;
  evidenceHelp?: string;
  children?: ReactNode;
}) {
  const { t } = useTranslation('mine');
  return (
    <>
      <TextItem name="text" label={t('report.text')} rows={5} isRequired />
      {children}
      {part.role === 'lead' && of.targets.length > 0 && (
        <>
          <Form.Item name="figures" label={t('report.figures')}>
            <FiguresField task={of} part={part} period={period} />
          </Form.Item>
          <TextItem name="behindReason" label={t('report.behindReason')} help={t('report.behindHelp')} />
        </>
      )}
      <TextItem name="difficulties" label={t('report.difficulties')} />
      <TextItem name="nextSteps" label={t('report.nextSteps')} />
      <Form.Item name="evidence" label={t('evidence.label')} extra={evidenceHelp}>
        <EvidenceField />
      </Form.Item>
    </>
  );
}

/** What is sent of it beside the text, which may come in pieces. */
export const sentOf = ({
  difficulties,
  nextSteps,
  behindReason,
  figures,
  evidence,
}: Omit<ReportContent, 'text'>): Omit<Schemas['ReportDto'], 'text' | 'contents' | 'obligationId'> => ({
  ...filled({ difficulties, nextSteps, behindReason }),
  evidence: evidenceOf(evidence),
  measurements: measurementsOf(figures),
});

/** What was filled in, of fields that may be left out. */
export const filled = <T extends Record<string, string | undefined>>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value?.trim())) as Partial<T>;
