import { BellOutlined, MenuOutlined, UserOutlined } from '@ant-design/icons';
import { Badge, Button, Drawer, Dropdown, Grid, Layout, Menu, type MenuProps } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation, useNavigate } from 'react-router';
import { HelpMenu } from '../help/help-menu';
import { useUnread } from '../inbox/unread';
import { mayOpen, NAV_GROUPS, PAGES } from '../pages';
import { useSession } from '../session/session';
import { speak } from '../words';
import { changeView, useView } from './view';

/** The frame around every page: who one is, where one can go, what has come. */
export function Shell() {
  const { t } = useTranslation();
  const isWide = Grid.useBreakpoint().md ?? true;
  const { isLarge } = useView();
  const [isOpen, setOpen] = useState(false);
  return (
    <Layout className="shell">
      <a className="skip-link" href="#content">
        {t('skip')}
      </a>
      <Layout.Header className="shell-header">
        {!isWide && (
          <Button
            type="text"
            icon={<MenuOutlined />}
            data-tour="menu"
            aria-label={t('nav.more')}
            onClick={() => setOpen(true)}
          />
        )}
        <Link to="/" className="shell-brand">
          {t('product')}
        </Link>
        <span className="shell-spacer" />
        <HelpMenu />
        <Bell />
        <Person isShort={!isWide} />
      </Layout.Header>
      <Layout hasSider={isWide}>
        {isWide ? (
          <Layout.Sider className="shell-sider" width={isLarge ? 264 : 208}>
            <Navigation />
          </Layout.Sider>
        ) : (
          <Drawer placement="left" size={260} open={isOpen} onClose={() => setOpen(false)} title={t('product')}>
            <Navigation went={() => setOpen(false)} />
          </Drawer>
        )}
        <Layout.Content className="shell-main" id="content" role="main">
          <Outlet />
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

function Navigation({ went }: { went?: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const { pathname } = useLocation();
  const items = useMemo(
    (): NonNullable<MenuProps['items']> =>
      NAV_GROUPS.flatMap((group, place) => {
        const pages = PAGES.filter((page) => page.nav?.group === group && mayOpen(page, session));
        if (pages.length === 0) return [];
        return [
          ...(place === 0 ? [] : [{ type: 'divider' as const, key: group }]),
          ...pages.map((page) => ({
            key: page.path,
            label: (
              <Link to={page.path} onClick={went}>
                {t(`nav.${page.nav!.words}`)}
              </Link>
            ),
          })),
        ];
      }),
    [session, t, went],
  );
  return (
    <nav aria-label={t('nav.label')} data-tour="nav">
      <Menu
        mode="inline"
        items={items}
        selectedKeys={[`/${pathname.split('/')[1] ?? ''}`]}
        style={{ borderInlineEnd: 0 }}
      />
    </nav>
  );
}

function Bell() {
  const { t } = useTranslation();
  const { may } = useSession();
  const unread = useUnread(may('inbox.read'));
  const navigate = useNavigate();
  return (
    <Button
      type="text"
      data-tour="bell"
      aria-label={t('header.unread', { count: unread })}
      onClick={() => void navigate('/inbox')}
    >
      <Badge count={unread} size="small">
        <BellOutlined style={{ color: '#fff', fontSize: 18 }} />
      </Badge>
    </Button>
  );
}

function Person({ isShort }: { isShort: boolean }) {
  const { t, i18n } = useTranslation(['console', 'terms']);
  const { me, takePost, signOut } = useSession();
  const view = useView();
  const navigate = useNavigate();
  const postName = ({ kind, title, unitName, onBehalfOf }: (typeof me.posts)[number]): string =>
    [
      unitName,
      title ?? t(`terms:post.${kind}` as 'terms:post.office'),
      onBehalfOf && t('header.onBehalf', { name: onBehalfOf.name }),
    ]
      .filter(Boolean)
      .join(' · ');
  const current = me.posts.find(({ postId }) => postId === me.postId);
  const items: MenuProps['items'] = [
    {
      type: 'group',
      key: 'posts',
      label: t('header.actingIn'),
      children: me.posts.map((post) => ({
        key: post.postId,
        label: postName(post),
        disabled: post.postId === me.postId,
        onClick: () => void takePost(post.postId).then(() => navigate('/')),
      })),
    },
    { type: 'divider' },
    {
      key: 'large',
      label: `${view.isLarge ? '✓ ' : ''}${t('header.large')}`,
      onClick: () => changeView({ isLarge: !view.isLarge }),
    },
    {
      key: 'contrast',
      label: `${view.isContrast ? '✓ ' : ''}${t('header.contrast')}`,
      onClick: () => changeView({ isContrast: !view.isContrast }),
    },
    { key: 'language', label: t('header.language'), onClick: () => void speak(i18n.language === 'en' ? 'zh' : 'en') },
    { key: 'account', label: t('nav.account'), onClick: () => void navigate('/account') },
    { key: 'api', label: <a href="/api/docs">{t('header.api')}</a> },
    { type: 'divider' },
    { key: 'out', label: t('header.signOut'), onClick: () => void signOut() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      <Button type="text" icon={<UserOutlined />} data-tour="person" aria-label={isShort ? me.name : undefined}>
        {!isShort && [...new Set([me.name, ...(current ? [postName(current)] : [])])].join(' · ')}
      </Button>
    </Dropdown>
  );
}
