import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';

type Verdict = NonNullable<Schemas['ArchivePackageDto']['verdict']>;
type Outcome = Verdict['checks'][number]['criteria'][number]['outcome'];

const COLOURS: Readonly<Record<Outcome, string>> = {
  holds: 'green',
  fails: 'red',
  doubtful: 'orange',
  not_looked_at: 'default',
};

/** What the four checks (四性检测) found of a package when it was made: each with what it asks for, and what is wrong. */
export function ArchiveVerdict({ verdict: { checks, isSound } }: { verdict: Verdict }) {
  const { t, i18n } = useTranslation('plans');
  const language = i18n.language === 'en' ? 'en' : 'zh';
  return (
    <section aria-label={t('archive.verdict')} className="archive-verdict">
      <p>
        <strong>{t('archive.verdict')}</strong>{' '}
        <Tag color={isSound ? 'green' : 'red'}>{t(isSound ? 'archive.sound' : 'archive.unsound')}</Tag>
      </p>
      {checks.map(({ check, outcome, criteria }) => (
        <details key={check} open={outcome !== 'holds'}>
          <summary>
            {t(`archive.checks.${check}`)} <Tag color={COLOURS[outcome]}>{t(`archive.outcomes.${outcome}`)}</Tag>
          </summary>
          <ul className="plain-list">
            {criteria.map((one) => (
              <li key={one.criterion}>
                <Tag color={COLOURS[one.outcome]}>{t(`archive.outcomes.${one.outcome}`)}</Tag> {one[language]}
                {one.faults.map((fault) => (
                  <p key={fault[language]} className="archive-fault words">
                    {fault[language]}
                  </p>
                ))}
                {one.why && <p className="archive-fault quiet">{one.why[language]}</p>}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}
