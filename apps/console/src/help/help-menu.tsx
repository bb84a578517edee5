import { QuestionCircleOutlined } from '@ant-design/icons';
import { Button, Drawer, Dropdown } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../session/session';
import { hasToured, keepToured } from './toured';

/** Their words are many, and few ask for them: they come with them. */
const PageHelp = lazy(() => import('./page-help'));
const GuidedTour = lazy(() => import('./guided-tour'));

/** Help in the header: on this page, and the tour, which comes by itself when a kind of person signs in first. */
export function HelpMenu() {
  const { t } = useTranslation();
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
            { key: 'page', label: t('help.thisPage'), onClick: () => setHelpOpen(true) },
            { key: 'tour', label: t('help.tour'), onClick: () => setTouring(true) },
          ],
        }}
      >
        <Button type="text" data-tour="help" aria-label={t('help.menu')} icon={<QuestionCircleOutlined />} />
      </Dropdown>
      <Drawer open={isHelpOpen} onClose={() => setHelpOpen(false)} title={t('help.thisPage')} size={360}>
        <Suspense>
          <PageHelp />
        </Suspense>
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
