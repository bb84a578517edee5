import { App, Button, Skeleton, Space, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { Day } from '../layout/day';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';

type Preview = NonNullable<Schemas['ReorganisationDto']['preview']>;
const MOST_PARTS = 100;

/** What a change of units does, thing by thing, before it is confirmed: what is confirmed is what was seen. */
export function ReorganisationView({ id, nameOf }: { id: string; nameOf: (code: string) => string }) {
  const { t } = useTranslation('directory');
  const { may } = useSession();
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  const tell = useTellProblem();
  const shown = api.useQuery('get', '/api/v1/reorganisations/{id}', { params: { path: { id } } });
  const after = (said: string) => ({
    onSuccess: async () => {
      void message.success(said);
      await queries.invalidateQueries();
    },
    onError: tell,
  });
  const confirm = api.useMutation('post', '/api/v1/reorganisations/{id}/confirm', after(t('changes.confirmed')));
  const withdraw = api.useMutation('post', '/api/v1/reorganisations/{id}/withdraw', after(t('changes.withdrawn')));
  if (shown.error) return <ProblemView problem={shown.error} />;
  if (!shown.data) return <Skeleton active />;
  const { kind, effectiveOn, state, preview, problem, version, reason, documentNumber } = shown.data;
  const params = { path: { id } };
  return (
    <section className="panel effects">
      <h2>
        {t(`changes.kinds.${kind}`)} <Day date={effectiveOn} /> <Tag>{t(`changes.states.${state}`)}</Tag>
      </h2>
      <p>
        {documentNumber} {reason}
      </p>
      {problem && <p className="date-late">{problem.message}</p>}
      {preview && <Effects preview={preview} nameOf={nameOf} />}
      {may('unit.reorganise') && ['proposed', 'confirmed'].includes(state) && (
        <Space>
          {state === 'proposed' && preview && (
            <Button
              type="primary"
              loading={confirm.isPending}
              onClick={() =>
                confirm.mutate({ params, body: { expectedDigest: preview.digest, expectedVersion: version } })
              }
            >
              {t('changes.confirm')}
            </Button>
          )}
          <Button
            danger
            onClick={() =>
              void modal.confirm({
                title: t('changes.withdrawAsk'),
                onOk: () => withdraw.mutateAsync({ params, body: { expectedVersion: version } }).catch(() => undefined),
              })
            }
          >
            {t('changes.withdraw')}
          </Button>
        </Space>
      )}
    </section>
  );
}

function Effects({
  preview: { units, parts, counts },
  nameOf,
}: {
  preview: Preview;
  nameOf: (code: string) => string;
}) {
  const { t } = useTranslation(['directory', 'terms']);
  return (
    <>
      <p>
        <b>{t('directory:changes.counts', { ...counts })}</b>
      </p>
      <ul className="message-lines">
        {units.created.map(({ code, name, accounts }) => (
          <li key={`made ${code}`}>
            {t('directory:changes.makes', { name, code })} {accounts.join('、')}
          </li>
        ))}
        {units.renamed.map(({ code, from, to }) => (
          <li key={`named ${code}`}>{t('directory:changes.renames', { from: from.name, to: to.name })}</li>
        ))}
        {units.ended.map(({ code, name, successors }) => (
          <li key={`ended ${code}`}>
            {t('directory:changes.ends', { name, successors: successors.map(nameOf).join('、') || '—' })}
          </li>
        ))}
        {units.terms.map(({ username, displayName, title, unit, post }) => (
          <li key={`post ${unit} ${post} ${username}`}>
            {t('directory:changes.term', { who: displayName, unit: nameOf(unit), post: title ?? post })}
          </li>
        ))}
      </ul>
      {parts.length > 0 && (
        <>
          <h4>{t('directory:changes.parts', { count: parts.length })}</h4>
          <ul className="message-lines">
            {parts.slice(0, MOST_PARTS).map(({ change, taskId, taskNumber, taskContent, from, to, role }, place) => (
              <li key={place}>
                <Tag>{t(`directory:changes.part.${change}`)}</Tag>
                <Link to={`/tasks/${taskId}`}>{taskNumber}</Link> {taskContent.slice(0, 40)} · {t(`terms:role.${role}`)}{' '}
                · {nameOf(from)} → {to === null ? '—' : nameOf(to)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
