import { cardRuleWords, dueWords, ruleWords, rungWords } from '@duban/domain';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { LadderHeading } from './ladder-heading';

export type Rules = Schemas['PolicyDto']['rules'];
type Given<F extends (one: never) => unknown> = Parameters<F>[0];

/** What a rule set says, in plain words: what is owed by when, and what is sent before and after. */
export function RulesInWords({ rules }: { rules: Rules }) {
  const { t, i18n } = useTranslation('policies');
  const language = i18n.language === 'en' ? 'en' : 'zh';
  const { decideWithin: within } = rules;
  return (
    <>
      <section className="panel">
        <h2>{t('owed')}</h2>
        <ul className="rules">
          {rules.obligations.map((rule, place) => (
            <li key={place}>
              <b>{ruleWords(rule as Given<typeof ruleWords>)[language]}</b>{' '}
              {rule.due
                .map((due) => dueWords(due as Given<typeof dueWords>)[language])
                .join(language === 'zh' ? '；' : '; ')}{' '}
              <a href={`#ladder-${rule.ladder}`} className="quiet">
                {t('ladder', { id: rule.ladder })}
              </a>
            </li>
          ))}
        </ul>
      </section>
      {Object.entries(rules.ladders).map(([id, { at, rungs }]) => (
        <section key={id} className="panel" id={`ladder-${id}`}>
          <LadderHeading id={id} rules={rules}>
            {t('at', { at })}
          </LadderHeading>
          <ol className="rules ladder">
            {rungs.map((rung) => (
              <li key={rung.id} className={`rung-${'colour' in rung ? rung.colour : rung.kind}`}>
                {rungWords(rung as Given<typeof rungWords>)[language]}
              </li>
            ))}
          </ol>
        </section>
      ))}
      <section className="panel">
        <h2>{t('limits')}</h2>
        <ul className="rules">
          <li>{t('limit.objection', { days: rules.objection.workingDays, answer: rules.objection.answerWithin })}</li>
          <li>{t('limit.rectification', { days: rules.rectification.workingDays })}</li>
          <li>{t('limit.coordination', { days: rules.coordination.workingDays })}</li>
          <li>
            {t('limit.decide', {
              extension: within.extension,
              close: within.close_unimplemented,
              review: within.review,
              answer: within.noticeAnswer,
            })}
          </li>
          <li>
            {t('limit.instruction', {
              urgent: rules.instruction.days.urgent,
              ordinary: rules.instruction.days.ordinary,
              hard: rules.instruction.days.hard,
            })}
          </li>
          {rules.verification.checklist.length > 0 && (
            <li>
              {t('limit.checklist', { items: rules.verification.checklist.map((item) => item[language]).join('、') })}
            </li>
          )}
        </ul>
      </section>
      {rules.cards && rules.cards.length > 0 && (
        <section className="panel">
          <h2>{t('cards')}</h2>
          <ul className="rules">
            {rules.cards.map((card) => (
              <li key={card.id}>{cardRuleWords(card)[language]}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
