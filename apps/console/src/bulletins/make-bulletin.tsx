import { PrinterOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { dropDraft, keepDraft, readDraft } from '../drafts/draft-store';
import { dayOf } from '../layout/day';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import { BulletinSheet } from './bulletin-sheet';

const FORM = 'bulletin';

interface Kept {
  title: string;
  words: string;
}
const kept = (personId: string, title: string): Kept => ({
  title,
  words: '',
  ...readDraft<Partial<Kept>>(personId, FORM)?.values,
});

/** The next bulletin of a span as it would be now; what is typed is kept in the browser until it is published. */
export function MakeBulletin() {
  const { t } = useTranslation('bulletins');
  const { me, may } = useSession();
  const personId = me.personId ?? '';
  const { modal, message } = App.useApp();
  const tell = useTellProblem();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const today = dayOf(now());
  const from = search.get('from') ?? `${today.slice(0, 8)}01`;
  const to = search.get('to') ?? today;
  const [typed, setTyped] = useState(() => kept(personId, t('head')));
  const type = (more: Partial<Kept>): void => {
    const next = { ...typed, ...more };
    keepDraft(personId, FORM, next);
    setTyped(next);
  };
  const set = (name: 'from' | 'to', value: string): void => setSearch({ from, to, [name]: value }, { replace: true });
  const preview = api.useQuery('get', '/api/v1/bulletins/preview', { params: { query: { from, to } } });
  const publish = api.useMutation('post', '/api/v1/bulletins', {
    onSuccess: async ({ id }) => {
      dropDraft(personId, FORM);
      void message.success(t('isPublished'));
      await queries.invalidateQueries({ queryKey: ['get'] });
      void navigate(`/bulletins/${id}`);
    },
    onError: tell,
  });
  const ask = (): void =>
    void modal.confirm({
      title: t('publishSure'),
      content: t('publishMeans'),
      okText: t('publish'),
      onOk: () =>
        publish
          .mutateAsync({
            body: { from, to, title: typed.title.trim(), ...(typed.words.trim() ? { words: typed.words } : {}) },
          })
          .catch(() => undefined),
    });
  return (
    <>
      <section className="panel bulletin-make no-print">
        <h2>{t('next')}</h2>
        <div className="bulletin-span">
          <label>
            {t('from')}{' '}
            <Input
              type="date"
              value={from}
              max={to}
              onChange={({ target }) => target.value && set('from', target.value)}
            />
          </label>
          <label>
            {t('to')}{' '}
            <Input
              type="date"
              value={to}
              min={from}
              onChange={({ target }) => target.value && set('to', target.value)}
            />
          </label>
        </div>
        <label htmlFor="bulletin-title">{t('name')}</label>
        <Input
          id="bulletin-title"
          maxLength={500}
          value={typed.title}
          onChange={({ target }) => type({ title: target.value })}
        />
        <label htmlFor="bulletin-words">{t('words')}</label>
        <Input.TextArea
          id="bulletin-words"
          rows={3}
          maxLength={20_000}
          value={typed.words}
          onChange={({ target }) => type({ words: target.value })}
        />
        <div className="bulletin-acts">
          <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
            {t('print')}
          </Button>
          {may('bulletin.publish') && (
            <Button
              type="primary"
              disabled={!preview.data || typed.title.trim() === ''}
              loading={publish.isPending}
              onClick={ask}
            >
              {t('publish')}
            </Button>
          )}
        </div>
      </section>
      {preview.error && <ProblemView problem={preview.error} retry={() => void preview.refetch()} />}
      {preview.isPending && <Skeleton active />}
      {preview.data && (
        <BulletinSheet
          title={typed.title}
          from={from}
          to={to}
          words={typed.words || null}
          content={preview.data}
          madeAt={now().toISOString()}
        />
      )}
    </>
  );
}
