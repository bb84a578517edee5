import { DeleteOutlined, DownOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { now } from '../session/clock';
import { useSession } from '../session/session';

const NameView = lazy(() => import('./name-view'));

interface View {
  name: string;
  search: string;
}

const keptAt = (personId: string | null): string => `duban.views.${personId}`;

function read(personId: string | null): View[] {
  try {
    return JSON.parse(localStorage.getItem(keptAt(personId)) ?? '[]') as View[];
  } catch {
    return [];
  }
}

const A_WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** Views of the board (常用视图): some that everybody has use for, and one’s own, kept in this browser. */
export function Views() {
  const { t } = useTranslation('board');
  const { me } = useSession();
  const [search, setSearch] = useSearchParams();
  const [own, setOwn] = useState(() => read(me.personId));
  const [isNaming, setNaming] = useState(false);

  const keep = (views: View[]): void => {
    setOwn(views);
    localStorage.setItem(keptAt(me.personId), JSON.stringify(views));
  };
  const soon = new Date(now().getTime() + A_WEEK_MS).toISOString();
  const given: View[] = [
    { name: t('views.red'), search: 'light=red&sort=due' },
    { name: t('views.yellow'), search: 'light=yellow&sort=due' },
    { name: t('views.reported'), search: 'state=reported' },
    { name: t('views.soon'), search: `dueBefore=${encodeURIComponent(soon)}&sort=due` },
  ];
  const open = (view: View): void => setSearch(new URLSearchParams(view.search));
  const save = (name: string): void => {
    keep([...own.filter((one) => one.name !== name), { name, search: search.toString() }]);
    setNaming(false);
  };

  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            ...given.map((view) => ({ key: `given ${view.name}`, label: view.name, onClick: () => open(view) })),
            { type: 'divider' as const },
            ...own.map((view) => ({
              key: `own ${view.name}`,
              label: view.name,
              onClick: () => open(view),
              extra: (
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={`${t('views.remove')} ${view.name}`}
                  onClick={(event) => {
                    event.stopPropagation();
                    keep(own.filter((one) => one !== view));
                  }}
                />
              ),
            })),
            { key: 'save', label: t('views.save'), disabled: search.size === 0, onClick: () => setNaming(true) },
          ],
        }}
      >
        <Button>
          {t('views.label')} <DownOutlined />
        </Button>
      </Dropdown>
      {isNaming && (
        <Suspense>
          <NameView close={() => setNaming(false)} save={save} />
        </Suspense>
      )}
    </>
  );
}
