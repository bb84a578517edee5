import { sentencesOf, textOfSentences } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import type { ActedPart } from './supervision.port';
import { Contribution } from './contribution.entity';
import { refuseSecretWords } from './plan-draft';
import { Report } from './report.entity';
import { ReportSentence } from './report-sentence.entity';

/** A stretch of a composed report: words of one's own, or a sentence of a contribution, as it is or edited. */
export type ReportPiece = { text: string } | { contributionId: string; sentence: number; text?: string };

/** Keeps of a composed report whose each sentence is, and what the lead made of the words of others. */
@Injectable()
export class ReportSentences {
  constructor(private readonly history: HistoryService) {}

  /**
   * Records a report. Where it is composed, its text is what the contents say in their order.
   * @throws DomainError REPORT.TEXT_AND_CONTENTS, CONTRIBUTION.UNKNOWN, CONTRIBUTION.OTHER_TASK,
   *   CONTRIBUTION.NOT_ACCEPTED, CONTRIBUTION.NO_SUCH_SENTENCE
   */
  async insertReport(
    tx: EntityManager,
    acted: ActedPart,
    report: Report,
    contents: readonly ReportPiece[] | undefined,
  ): Promise<void> {
    const sentences = contents === undefined ? [] : await this.compose(tx, acted, report, contents);
    await tx.getRepository(Report).insert(report);
    if (sentences.length === 0) return;
    await tx.getRepository(ReportSentence).insert(sentences);
    await this.recordComposed(tx, acted.actor, acted.at, acted, report, sentences);
  }

  private async compose(
    tx: EntityManager,
    { assignment, task }: ActedPart,
    report: Report,
    contents: readonly ReportPiece[],
  ): Promise<ReportSentence[]> {
    if (report.text !== '') {
      throw invalid('REPORT.TEXT_AND_CONTENTS', 'Give the report in "text" or in "contents", not in both.', {
        field: 'contents',
      });
    }
    const ids = contents.flatMap((one) => ('contributionId' in one ? [one.contributionId] : []));
    const found = await tx.getRepository(Contribution).findBy({ id: In(ids) });
    const contributions = new Map(found.map((one) => [one.id, one]));
    const own = { unitId: assignment.unitId, personId: report.personId };
    const sentences = contents.flatMap((content, i): Omit<ReportSentence, 'id' | 'reportId' | 'position'>[] => {
      if (!('contributionId' in content)) {
        return sentencesOf(content.text).map((text) => ({ ...own, text, ...NO_QUOTE }));
      }
      const contribution = accepted(contributions.get(content.contributionId), task.id, `contents[${i}]`);
      const original = contribution.sentences[content.sentence - 1];
      if (original === undefined) {
        throw invalid(
          'CONTRIBUTION.NO_SUCH_SENTENCE',
          `The contribution has ${contribution.sentences.length} sentences.`,
          { field: `contents[${i}].sentence` },
        );
      }
      const text = content.text?.trim() ?? original;
      return [
        {
          text,
          unitId: contribution.unitId,
          personId: contribution.submittedBy!,
          contributionId: contribution.id,
          submission: contribution.submission,
          sentence: content.sentence,
          original: text === original ? null : original,
        },
      ];
    });
    report.text = textOfSentences(sentences.map(({ text }) => text));
    refuseSecretWords(report.text, 'contents');
    return sentences.map((sentence, position) =>
      Object.assign(new ReportSentence(), { id: newId(), reportId: report.id, position, ...sentence }),
    );
  }

  private recordComposed(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { plan, task, assignment }: ActedPart,
    report: Report,
    sentences: readonly ReportSentence[],
  ): Promise<void> {
    return this.history.append(tx, actor, at, [
      {
        type: 'report.composed',
        entity: 'report',
        entityId: report.id,
        jurisdictionId: assignment.jurisdictionId,
        planId: plan.id,
        taskId: task.id,
        after: { ...report, measurements: [], sentences },
      },
    ]);
  }
}

const NO_QUOTE = { contributionId: null, submission: null, sentence: null, original: null };

function accepted(contribution: Contribution | undefined, taskId: string, field: string): Contribution {
  const where = { field: `${field}.contributionId` };
  if (!contribution) throw invalid('CONTRIBUTION.UNKNOWN', 'There is no such contribution.', where);
  if (contribution.taskId !== taskId) {
    throw invalid('CONTRIBUTION.OTHER_TASK', 'The contribution was made to another task.', where);
  }
  if (contribution.state !== 'accepted') {
    throw conflict('CONTRIBUTION.NOT_ACCEPTED', `The contribution is ${contribution.state}: accept it first.`, {
      ...where,
      state: contribution.state,
    });
  }
  return contribution;
}
