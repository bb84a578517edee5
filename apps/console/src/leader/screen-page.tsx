import { FullscreenExitOutlined, FullscreenOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Day, dueDayOf } from '../layout/day';
import { Light } from '../lights/light';
import { LightTrend } from '../lights/light-trend';
import { now, zone } from '../session/clock';
import { LateUnits, LIGHTS } from './overview-page';
import { useNow, usePlan, useTenThatMatter, useTrend } from './use-overview';
import './leader.css';
import './screen.css';

/** How often a screen that nobody touches asks again. */
const EVERY_MS = 60_000;
const ROWS = 6;

/** For the wall of a meeting room (大屏): dark, large, by itself; numbers, tasks and units, and no person. */
export default function ScreenPage() {
  const { t } = useTranslation(['leader', 'terms', 'console']);
  const [search] = useSearchParams();
  const { plan } = usePlan(search.get('plan'));
  const present = useNow(plan?.id, EVERY_MS);
  const trend = useTrend(plan?.id, plan?.issuedOn, present.data);
  const { tasks } = useTenThatMatter(plan?.id, EVERY_MS);
  const dashboard = present.data;
  useEffect(() => {
    document.title = `${t('bigScreen')} · ${t('console:product')}`;
  }, [t]);
  const notices = Object.values(dashboard?.standingNotices ?? {}).reduce((sum, count) => sum + count, 0);
  return (
    <main className="screen" id="content">
      <header className="screen-head">
        <h1>{plan?.title ?? t('noPlan')}</h1>
        <span className="screen-clock">
          <Clock />
          {present.isError && <span className="screen-stale">{t('stale')}</span>}
        </span>
        <span className="screen-acts">
          <FullScreen />
          <Link to="/overview" className="screen-leave">
            {t('leave')}
          </Link>
        </span>
      </header>
      {dashboard && (
        <div className="screen-grid">
          <section className="screen-lights" aria-label={t('lights')}>
            {LIGHTS.map((light) => (
              <div key={light} className={`screen-light screen-light-${light}`}>
                <strong>{dashboard.lights[light] ?? 0}</strong>
                <Light light={light} />
              </div>
            ))}
            <div className="screen-fact">
              <strong>{dashboard.tasks['verified'] ?? 0}</strong>
              {t('screen.verified')}
            </div>
            <div className="screen-fact">
              <strong>{dashboard.obligations.overdue}</strong>
              {t('screen.overdue')}
            </div>
            <div className="screen-fact">
              <strong>{notices}</strong>
              {t('screen.notices')}
            </div>
          </section>
          <section className="screen-panel screen-ten">
            <h2>{t('ten')}</h2>
            <ol>
              {tasks.slice(0, ROWS).map(({ id, number, content, light, leads, nextDueAt }) => (
                <li key={id}>
                  <Light light={light} isShort />
                  <span className="screen-task">
                    {number} {content}
                  </span>
                  <span className="screen-lead">{leads[0]}</span>
                  <span className="screen-due">{nextDueAt && <Day date={dueDayOf(nextDueAt)} />}</span>
                </li>
              ))}
            </ol>
          </section>
          <section className="screen-panel">
            <h2>{t('trend')}</h2>
            <LightTrend points={trend} isDark />
          </section>
          <section className="screen-panel">
            <h2>{t('late')}</h2>
            <LateUnits dashboard={dashboard} />
          </section>
        </div>
      )}
    </main>
  );
}

function Clock() {
  const { i18n } = useTranslation();
  const [at, setAt] = useState(now());
  useEffect(() => {
    const timer = setInterval(() => setAt(now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at.toISOString()}>
      {new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : 'zh-CN', {
        timeZone: zone(),
        dateStyle: 'long',
        timeStyle: 'short',
      }).format(at)}
    </time>
  );
}

function FullScreen() {
  const { t } = useTranslation('leader');
  const [isFull, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const look = (): void => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', look);
    return () => document.removeEventListener('fullscreenchange', look);
  }, []);
  return (
    <Button
      ghost
      icon={isFull ? <FullscreenExitOutlined /> : <FullscreenOutlined />}
      onClick={() => void (isFull ? document.exitFullscreen() : document.documentElement.requestFullscreen())}
    >
      {t(isFull ? 'exitFull' : 'full')}
    </Button>
  );
}
