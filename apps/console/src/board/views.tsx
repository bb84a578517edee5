import { DeleteOutlined, DownOutlined, EditOutlined, LinkOutlined, TeamOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Input } from 'antd';
import { type FocusEvent, lazy, type MouseEvent, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api, type Schemas } from '../api/client';
import { useCopy } from '../layout/use-copy';
import { useTellProblem } from '../problem/use-problem';
import { now } from '../session/clock';
import { INVERSES } from '../undo/inverses';
import { useDone } from '../undo/use-done';
import { filterOf } from './board-filter';
import { useOldViews } from './old-views';

const NameView = lazy(() => import('./name-view'));

type View = Schemas['SavedViewDto'];
const A_WEEK_MS = 7 * 24 * 60 * 60 * 1000;

const addressOf = (filter: View['filter']): URLSearchParams =>
  new URLSearchParams(Object.entries(filter).filter((one): one is [string, string] => one[1] !== undefined));

/** Views of the board (常用视图): some that everybody has use for, one’s own, wherever one signs in, and what colleagues share. */
export default function Views() {
  const { t } = useTranslation(['board', 'console']);
  const { modal } = App.useApp();
  const tell = useTellProblem();
  const say = useDone();
  const [search, setSearch] = useSearchParams();
  const [naming, setNaming] = useState<View | 'new' | null>(null);
  const views = api.useQuery('get', '/api/v1/tasks/views');
  const own = views.data?.items ?? [];
  const shared = views.data?.shared ?? [];
  const copy = useCopy();
  const after = { onSuccess: () => views.refetch(), onError: tell };
  const keep = api.useMutation('post', '/api/v1/tasks/views', after);
  const change = api.useMutation('patch', '/api/v1/tasks/views/{id}', after);
  const remove = api.useMutation('delete', '/api/v1/tasks/views/{id}', after);
  useOldViews(views.data?.items, (body) => keep.mutateAsync({ body }));

  const soon = new Date(now().getTime() + A_WEEK_MS).toISOString();
  const given: { name: string; filter: View['filter'] }[] = [
    { name: t('views.red'), filter: { light: 'red', sort: 'due' } },
    { name: t('views.yellow'), filter: { light: 'yellow', sort: 'due' } },
    { name: t('views.reported'), filter: { state: 'reported' } },
    { name: t('views.soon'), filter: { dueBefore: soon, sort: 'due' } },
  ];
  /** What the board shows stands in its address, so whoever opens that sees the same, of what they may see. */
  const link = async ({ filter }: { filter: View['filter'] }): Promise<void> => {
    const address = `${location.origin}/board?${addressOf(filter).toString()}`;
    if (await copy(address, t('views.copied'))) return;
    // Where a page may not copy, people do.
    void modal.info({
      title: t('console:secret.notCopied'),
      content: <Input readOnly value={address} aria-label={t('views.link')} onFocus={selectAll} autoFocus />,
    });
  };
  const share = ({ id, name, isShared, version }: View): void =>
    change.mutate(
      { params: { path: { id } }, body: { isShared: !isShared, expectedVersion: version } },
      {
        onSuccess: (after) =>
          say(t(isShared ? 'views.unshared' : 'views.sharedNow', { name }), INVERSES.shareView(after)),
      },
    );
  const open = ({ filter }: { filter: View['filter'] }): void => setSearch(addressOf(filter));
  /** A view of that name shows from now on what the board shows. */
  const save = (name: string): void => {
    const filter = filterOf(search);
    const same = own.find((one) => one.name === name);
    if (naming !== null && naming !== 'new') {
      change.mutate({ params: { path: { id: naming.id } }, body: { name, expectedVersion: naming.version } });
    } else if (same) change.mutate({ params: { path: { id: same.id } }, body: { filter } });
    else keep.mutate({ body: { name, filter } });
    setNaming(null);
  };
  const drop = (view: View): void =>
    remove.mutate(
      { params: { path: { id: view.id } } },
      {
        onSuccess: () => say(t('views.removed', { name: view.name }), INVERSES.removeView(view)),
      },
    );

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
              label: view.isShared ? t('views.isShared', view) : view.name,
              onClick: () => open(view),
              extra: (
                <>
                  <Small says={t('views.copy', view)} icon={<LinkOutlined />} act={() => void link(view)} />
                  <Small
                    says={t(view.isShared ? 'views.unshare' : 'views.share', view)}
                    icon={<TeamOutlined />}
                    act={() => share(view)}
                  />
                  <Small says={t('views.rename', view)} icon={<EditOutlined />} act={() => setNaming(view)} />
                  <Small says={t('views.remove', view)} icon={<DeleteOutlined />} act={() => drop(view)} />
                </>
              ),
            })),
            ...(shared.length > 0
              ? [
                  { type: 'divider' as const },
                  {
                    type: 'group' as const,
                    key: 'shared',
                    label: t('views.ofColleagues'),
                    children: shared.map((view) => ({
                      key: `shared ${view.id}`,
                      label: t('views.of', view),
                      onClick: () => open(view),
                      extra: (
                        <Small says={t('views.copyOf', view)} icon={<LinkOutlined />} act={() => void link(view)} />
                      ),
                    })),
                  },
                  { type: 'divider' as const },
                ]
              : []),
            { key: 'save', label: t('views.save'), disabled: search.size === 0, onClick: () => setNaming('new') },
          ],
        }}
      >
        <Button>
          {t('views.label')} <DownOutlined />
        </Button>
      </Dropdown>
      {naming && (
        <Suspense>
          <NameView name={naming === 'new' ? '' : naming.name} close={() => setNaming(null)} save={save} />
        </Suspense>
      )}
    </>
  );
}

const selectAll = ({ target }: FocusEvent<HTMLInputElement>): void => target.select();

/** Beside what opens the view; does not open it. */
function Small({ says, icon, act }: { says: string; icon: ReactNode; act: () => void }) {
  const press = (event: MouseEvent): void => {
    event.stopPropagation();
    act();
  };
  return <Button type="text" size="small" icon={icon} aria-label={says} onClick={press} />;
}
