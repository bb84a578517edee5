import { UploadOutlined } from '@ant-design/icons';
import { Button, Input, Modal, Skeleton, Tag, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { answerOf, api, client } from '../api/client';
import { formOf } from '../api/form';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useAsk } from '../undo/use-ask';
import type { Plan } from './plan';
import { type Item, RevisionItem } from './revision-item';

/** Documents that revise a plan (修订): what each says otherwise, taken item by item. */
export function Revisions({ plan, mayEdit }: { plan: Plan; mayEdit: boolean }) {
  const { t } = useTranslation(['plans', 'console']);
  const tell = useTellProblem();
  const queries = useQueryClient();
  const [isReading, setReading] = useState(false);
  const revisions = usePages('/api/v1/plans/{id}/revisions', { limit: 20 }, { path: { id: plan.id } });
  const open = revisions.items.find(({ state }) => state === 'open');
  const read = async (file: File): Promise<void> => {
    setReading(true);
    try {
      await answerOf(
        client.POST('/api/v1/plans/{id}/revisions', {
          params: { path: { id: plan.id } },
          body: { file: '' },
          bodySerializer: formOf({ file }),
        }),
      );
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/plans/{id}/revisions'] });
    } catch (problem) {
      tell(problem);
    } finally {
      setReading(false);
    }
  };
  if (revisions.error) return <ProblemView problem={revisions.error} retry={() => void revisions.refetch()} />;
  return (
    <>
      {mayEdit && !open && plan.state !== 'closed' && (
        <section className="panel">
          <p>{t('plans:revision.help')}</p>
          <Upload showUploadList={false} customRequest={({ file }) => void read(file as File)}>
            <Button icon={<UploadOutlined />} loading={isReading}>
              {t('plans:revision.upload')}
            </Button>
          </Upload>
        </section>
      )}
      {open && <OpenRevision plan={plan} revisionId={open.id} mayEdit={mayEdit} />}
      <section className="panel">
        <h2>{t('plans:revision.list')}</h2>
        {revisions.items.length === 0 ? (
          <Empty says={t('plans:revision.none')} />
        ) : (
          <ul className="plain-list">
            {revisions.items.map(({ id, fileName, createdAt, items, undecided, state }) => (
              <li key={id}>
                <Tag>{t(`plans:revision.state.${state}`)}</Tag> {fileName} <Instant at={createdAt} />{' '}
                <span className="quiet">{t('plans:revision.count', { items, undecided })}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function OpenRevision({ plan, revisionId, mayEdit }: { plan: Plan; revisionId: string; mayEdit: boolean }) {
  const { t } = useTranslation(['plans', 'console']);
  const { confirm } = Modal;
  const ask = useAsk();
  const tell = useTellProblem();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const path = { id: plan.id, revisionId };
  const revision = api.useQuery('get', '/api/v1/plans/{id}/revisions/{revisionId}', { params: { path } });
  const after = { onSuccess: () => queries.invalidateQueries({ queryKey: ['get'] }), onError: tell };
  const take = api.useMutation('post', '/api/v1/plans/{id}/revisions/{revisionId}/items/{itemId}/take', after);
  const decline = api.useMutation('post', '/api/v1/plans/{id}/revisions/{revisionId}/items/{itemId}/decline', after);
  const takeAll = api.useMutation('post', '/api/v1/plans/{id}/revisions/{revisionId}/take', {
    onSuccess: async ({ refused }) => {
      for (const { code, detail } of refused) tell({ code, detail, title: '', status: 409 });
      await queries.invalidateQueries({ queryKey: ['get'] });
    },
    onError: tell,
  });
  const numbers = api.useMutation('post', '/api/v1/plans/{id}/revisions/{revisionId}/numbers/take', after);
  const close = api.useMutation('post', '/api/v1/plans/{id}/revisions/{revisionId}/close', after);
  if (revision.error) return <ProblemView problem={revision.error} />;
  if (!revision.data) return <Skeleton active />;
  const { items, renumbered, fileName, warnings } = revision.data;
  const undecided = items.filter(({ state }) => state === 'open');
  const said = reason.trim() || undefined;
  const isBusy = take.isPending || decline.isPending || takeAll.isPending || numbers.isPending;
  return (
    <section className="panel revision">
      <div className="revision-head">
        <h2>{t('plans:revision.of', { name: fileName })}</h2>
        <strong>{t('plans:revision.count', { items: items.length, undecided: undecided.length })}</strong>
      </div>
      {mayEdit && (
        <div className="revision-acts">
          <Input
            value={reason}
            onChange={({ target }) => setReason(target.value)}
            placeholder={t('plans:revision.reason')}
            aria-label={t('plans:revision.reason')}
          />
          <Button
            disabled={undecided.length === 0 || isBusy}
            onClick={() =>
              void ask({
                title: t('plans:revision.takeAllAsk', { count: undecided.length }),
                ok: t('plans:revision.takeAll', { count: undecided.length }),
              }).then((isMeant) => isMeant && takeAll.mutate({ params: { path }, body: { reason: said } }))
            }
          >
            {t('plans:revision.takeAll', { count: undecided.length })}
          </Button>
          {renumbered.length > 0 && (
            <Button disabled={isBusy} onClick={() => numbers.mutate({ params: { path } })}>
              {t('plans:revision.numbers', { count: renumbered.length })}
            </Button>
          )}
          <Button
            onClick={() =>
              undecided.length === 0
                ? close.mutate({ params: { path }, body: { reason: said } })
                : void confirm({
                    title: t('plans:revision.closeAsk', { count: undecided.length }),
                    onOk: () => close.mutate({ params: { path }, body: { reason: said } }),
                  })
            }
          >
            {t('plans:revision.close')}
          </Button>
        </div>
      )}
      {warnings.length > 0 && (
        <ul className="message-lines">
          {warnings.map(({ code, line, message }) => (
            <li key={`${code} ${line} ${message}`}>
              {t(`plans:warning.${code}` as 'plans:warning.no_units', { defaultValue: message })}{' '}
              <span className="quiet">{t('plans:settle.line', { line })}</span>
            </li>
          ))}
        </ul>
      )}
      {items.length === 0 && <Empty says={t('plans:revision.same')} />}
      <ol className="revision-items">
        {items.map((item: Item) => (
          <RevisionItem
            key={item.id}
            item={item}
            mayEdit={mayEdit && !isBusy}
            take={(fields) =>
              take.mutate({ params: { path: { ...path, itemId: item.id } }, body: { reason: said, fields } })
            }
            decline={(why) => decline.mutate({ params: { path: { ...path, itemId: item.id } }, body: { reason: why } })}
          />
        ))}
      </ol>
    </section>
  );
}
