import { Spin } from 'antd';
import { type ComponentType, lazy, Suspense } from 'react';
import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';
import { BrokenPage } from './layout/broken-page';
import { NotAllowed, NotFound } from './layout/no-page';
import { Shell } from './layout/shell';
import { mayOpen, type Page, PAGES } from './pages';
import { SessionGate, useSession } from './session/session';

const ResetPassword = lazy(() => import('./session/reset-password'));

const elements = new Map<Page, ComponentType>(PAGES.map((page) => [page, lazy(page.load)]));

function Guarded({ page }: { page: Page }) {
  const session = useSession();
  const Element = elements.get(page)!;
  if (!mayOpen(page, session)) return <NotAllowed />;
  return (
    <Suspense fallback={<Spin className="page-loading" />}>
      <Element />
    </Suspense>
  );
}

function Home() {
  const session = useSession();
  const home =
    PAGES.find((page) => page.homeOf?.includes(session.me.post) && mayOpen(page, session)) ??
    PAGES.find((page) => page.nav && mayOpen(page, session));
  return <Navigate to={home?.path ?? '/account'} replace />;
}

const routeOf = (page: Page): RouteObject => ({
  path: page.path,
  element: <Guarded page={page} />,
  errorElement: <BrokenPage />,
});

export const router = createBrowserRouter([
  {
    path: '/reset-password',
    element: (
      <Suspense fallback={<Spin fullscreen />}>
        <ResetPassword />
      </Suspense>
    ),
    errorElement: <BrokenPage />,
  },
  {
    element: (
      <SessionGate>
        <Shell />
      </SessionGate>
    ),
    errorElement: <BrokenPage />,
    children: [
      { index: true, element: <Home /> },
      ...PAGES.filter((page) => !page.isBare).map(routeOf),
      { path: '*', element: <NotFound /> },
    ],
  },
  ...PAGES.filter((page) => page.isBare).map((page) => ({
    path: page.path,
    element: (
      <SessionGate>
        <Guarded page={page} />
      </SessionGate>
    ),
    errorElement: <BrokenPage />,
  })),
]);
