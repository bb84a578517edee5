import { App, Button, Drawer, Grid, Tag, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import { INVERSES, type Undo } from '../undo/inverses';
import { useDone } from '../undo/use-done';
import type { Destination } from './destination-kinds';
import { EditDestination } from './edit-destination';
import { NewDestination } from './new-destination';
import { NewKey } from './new-key';
import { TestResult } from './test-result';
import { WithReason } from './with-reason';

const DESTINATIONS = ['get', '/api/v1/destinations'] as const;

/** Where messages go beside people (推送目的地): programs by webhook, and robots of groups. */
export function Destinations() {
  const { t } = useTranslation(['admin', 'console']);
  const { may } = useSession();
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const [open, setOpen] = useState<Destination | null>(null);
  const [editing, setEditing] = useState<Destination | null>(null);
  const [rekeyed, setRekeyed] = useState<Destination | null>(null);
  const [testing, setTesting] = useState<{ id: string; to: string } | null>(null);
  const destinations = usePages('/api/v1/destinations', { limit: 50 });
  const say = useDone();
  const tell = useTellProblem();
  const after = (undo?: (one: Destination) => Undo) => ({
    onSuccess: (one: Destination) => {
      say(t('done'), undo?.(one));
      void queries.invalidateQueries({ queryKey: DESTINATIONS });
    },
    onError: tell,
  });
  const reread = (): Promise<void> => queries.invalidateQueries({ queryKey: DESTINATIONS });
  /** A key of ours is shown this once; one of theirs they have. */
  const keyMade = (secret: string | null): void => {
    void reread();
    if (secret === null) {
      void message.success(t('done'));
      return;
    }
    modal.info({
      title: t('destinations.secret'),
      content: (
        <Typography.Paragraph copyable={{ text: secret }} code>
          {secret}
        </Typography.Paragraph>
      ),
    });
  };
  const ask = api.useMutation('post', '/api/v1/destinations/{id}/test', { onError: tell });
  const pause = api.useMutation(
    'post',
    '/api/v1/destinations/{id}/pause',
    after((one) => INVERSES.pauseDestination(one, t('destinations.undone'))),
  );
  const resume = api.useMutation(
    'post',
    '/api/v1/destinations/{id}/resume',
    after((one) => INVERSES.resumeDestination(one, t('destinations.undone'))),
  );
  const end = api.useMutation('post', '/api/v1/destinations/{id}/end', after());
  return (
    <>
      <p>{t('destinations.about')}</p>
      {may('destination.manage') && (
        <div className="people-acts">
          <Button type="primary" onClick={() => setMaking(true)}>
            {t('destinations.new')}
          </Button>
        </div>
      )}
      {destinations.error && <ProblemView problem={destinations.error} retry={() => void destinations.refetch()} />}
      <Table<Destination>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: 820 }}
        loading={destinations.isPending}
        locale={{ emptyText: destinations.isPending ? <></> : <Empty says={t('destinations.none')} /> }}
        dataSource={destinations.items}
        columns={[
          { title: t('destinations.name'), dataIndex: 'name' },
          {
            title: t('destinations.channel'),
            dataIndex: 'channel',
            render: (kind: string) =>
              t(`destinations.kind.${kind}` as 'destinations.kind.webhook', { defaultValue: kind }),
          },
          { title: t('destinations.address'), dataIndex: 'address', ellipsis: true },
          {
            title: t('people.state'),
            key: 'state',
            render: (_, { state, brokenUntil, stopReason }) => (
              <Tag
                color={state !== 'active' ? undefined : brokenUntil ? 'red' : 'green'}
                title={stopReason ?? undefined}
              >
                {t(brokenUntil ? 'destinations.broken' : `destinations.state.${state}`)}
              </Tag>
            ),
          },
          { title: t('destinations.waiting'), dataIndex: 'waiting' },
          {
            key: 'acts',
            render: (_, one) => {
              const params = { path: { id: one.id } };
              return (
                <div className="people-acts">
                  <Button size="small" onClick={() => setOpen(one)}>
                    {t('destinations.attempts')}
                  </Button>
                  {may('destination.manage') && one.state !== 'ended' && (
                    <Button
                      size="small"
                      loading={ask.isPending && ask.variables.params.path.id === one.id}
                      onClick={() =>
                        ask.mutate({ params }, { onSuccess: ({ id }) => setTesting({ id, to: one.name }) })
                      }
                    >
                      {t('tests.ask')}
                    </Button>
                  )}
                  {may('destination.manage') && one.state !== 'ended' && (
                    <Button size="small" onClick={() => setEditing(one)}>
                      {t('destinations.edit')}
                    </Button>
                  )}
                  {may('destination.manage') && one.state !== 'ended' && one.channel !== 'wecom_robot' && (
                    <Button size="small" onClick={() => setRekeyed(one)}>
                      {t('destinations.newKey')}
                    </Button>
                  )}
                  {may('destination.manage') && one.state === 'active' && (
                    <WithReason
                      says={t('destinations.pause')}
                      act={(reason) => pause.mutate({ params, body: { reason } })}
                    />
                  )}
                  {may('destination.manage') && one.state !== 'active' && (
                    <WithReason
                      says={t('destinations.resume')}
                      act={(reason) => resume.mutate({ params, body: { reason } })}
                    />
                  )}
                  {may('destination.manage') && one.state !== 'ended' && (
                    <WithReason
                      danger
                      says={t('destinations.end')}
                      act={(reason) => end.mutate({ params, body: { reason } })}
                    />
                  )}
                </div>
              );
            },
          },
        ]}
      />
      <NewDestination
        isOpen={isMaking}
        close={() => setMaking(false)}
        made={(secret) => {
          setMaking(false);
          keyMade(secret);
        }}
      />
      {editing && (
        <EditDestination destination={editing} close={() => setEditing(null)} changed={() => void reread()} />
      )}
      {rekeyed && <NewKey destination={rekeyed} close={() => setRekeyed(null)} made={keyMade} />}
      {testing && <TestResult key={testing.id} {...testing} close={() => setTesting(null)} />}
      {open && <Attempts destination={open} close={() => setOpen(null)} />}
    </>
  );
}

/** What became of each attempt to reach it, and what did not arrive once more. */
function Attempts({ destination, close }: { destination: Destination; close: () => void }) {
  const { t } = useTranslation(['admin', 'terms', 'console']);
  const { may } = useSession();
  const { message } = App.useApp();
  const isWide = Grid.useBreakpoint().md ?? true;
  const attempts = usePages('/api/v1/destinations/{id}/attempts', { limit: 30 }, { path: { id: destination.id } });
  const items: Schemas['AttemptsDto']['items'] = attempts.items;
  const replay = api.useMutation('post', '/api/v1/destinations/{id}/deliveries/{deliveryId}/replay', {
    onSuccess: () => {
      void message.success(t('destinations.replayed'));
      void attempts.refetch();
    },
    onError: useTellProblem(),
  });
  return (
    <Drawer open onClose={close} size={isWide ? 720 : '100%'} title={destination.name}>
      {attempts.error && <ProblemView problem={attempts.error} retry={() => void attempts.refetch()} />}
      <Table
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: true }}
        loading={attempts.isPending}
        locale={{ emptyText: <Empty says={t('destinations.noAttempts')} /> }}
        dataSource={items}
        columns={[
          { title: t('destinations.at'), dataIndex: 'at', render: (at: string) => <Instant at={at} /> },
          { title: t('destinations.subject'), dataIndex: 'subject' },
          { title: t('destinations.status'), dataIndex: 'status', render: (status: number | null) => status ?? '–' },
          {
            title: t('destinations.answer'),
            key: 'answer',
            render: (_, { error, answer }) => error ?? answer ?? '–',
          },
          {
            key: 'replay',
            render: (_, { deliveryId, thenState }) =>
              thenState === 'failed' &&
              may('destination.manage') && (
                <Button
                  size="small"
                  onClick={() => replay.mutate({ params: { path: { id: destination.id, deliveryId } } })}
                >
                  {t('destinations.replay')}
                </Button>
              ),
          },
        ]}
      />
      {attempts.hasNextPage && (
        <Button block loading={attempts.isFetchingNextPage} onClick={() => void attempts.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
    </Drawer>
  );
}
