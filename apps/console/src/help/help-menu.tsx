import { QuestionCircleOutlined } from '@ant-design/icons';
import { Button, Drawer, Dropdown } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { useSession } from '../session/session';
import { helpOf } from './help-of';
import { hasToured, keepToured } from './toured';

const GuidedTour = lazy(() => import('./guided-tour'));

/** Help in the header: on this page, and the tour, which comes by itself when a kind of person signs in first. */
export function HelpMenu() {
  const { t } = useTranslation('help');
  const { me } = useSession();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isTouring, setTouring] = useState(false);
  useEffect(() => setTouring(!hasToured(me.personId, me.post)), [me.personId, me.post]);
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'page', label: t('thisPage'), onClick: () => setHelpOpen(true) },
            { key: 'tour', label: t('tour'), onClick: () => setTouring(true) },
          ],
        }}
      >
        <Button type="text" data-tour="help" aria-label={t('menu')} icon={<QuestionCircleOutlined />} />
      </Dropdown>
      <Drawer open={isHelpOpen} onClose={() => setHelpOpen(false)} title={t('thisPage')} size={360}>
        <PageHelp />
      </Drawer>
      {isTouring && (
        <Suspense fallback={null}>
          <GuidedTour
            post={me.post}
            end={() => {
              keepToured(me.personId, me.post);
              setTouring(false);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

function PageHelp() {
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
