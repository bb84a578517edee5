import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { helpOf } from './help-of';

/** What the page is for, and what every page has. */
export default function PageHelp() {
  const { t } = useTranslation('help');
  const { pathname } = useLocation();
  const key = helpOf(pathname);
  return (
    <>
      <HelpText about={t(`${key}.about`)} points={t(`${key}.points`, { returnObjects: true })} />
      {key !== 'general' && (
        <>
          <hr className="help-line" />
          <HelpText about={t('general.about')} points={t('general.points', { returnObjects: true })} />
        </>
      )}
    </>
  );
}

function HelpText({ about, points }: { about: string; points: readonly string[] }) {
  return (
    <>
      <p>{about}</p>
      <ul className="message-lines">
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
    </>
  );
}
