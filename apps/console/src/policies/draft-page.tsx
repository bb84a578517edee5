import { Alert, App, Button, Input, Modal, Skeleton, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { useQueryClient } from '@tanstack/react-query';
import { Tabs } from '../layout/tabs';
import { api, type Problem, type Schemas } from '../api/client';
import { Instant } from '../layout/day';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import { BackTest } from './back-test';
import { Faults } from './faults';
import { LadderEditor } from './ladder-editor';
import { PolicyChanges } from './policy-changes';
import { type Rules, RulesInWords } from './rules-in-words';
import { Simulation } from './simulation';
import './policies.css';

type Draft = Schemas['PolicyDraftDto'];
/** Rules are no tasks, of whose changes the server tells: how often is looked whether another has saved them. */
const LOOKS_EVERY_MS = 10_000;

/** The next version of a rule set as it is written: its steps, all of it, in words, tried before it counts. */
export default function PolicyDraftPage() {
  const { draftId = '' } = useParams();
  const draft = api.useQuery(
    'get',
    '/api/v1/policies/drafts/{id}',
    { params: { path: { id: draftId } } },
    { refetchInterval: LOOKS_EVERY_MS },
  );
  if (draft.error) return <ProblemView problem={draft.error} retry={() => void draft.refetch()} />;
  if (!draft.data) return <Skeleton active />;
  return <Writing key={draftId} draft={draft.data} reread={draft.refetch} />;
}

function Writing({ draft, reread }: { draft: Draft; reread: () => Promise<{ data?: Draft }> }) {
  const { t, i18n } = useTranslation(['policies', 'console']);
  const { may } = useSession();
  const { message } = App.useApp();
  const tell = useTellProblem();
  const queries = useQueryClient();
  const [rules, setRules] = useState(draft.rules as unknown as Rules);
  const [text, setText] = useState(() => JSON.stringify(draft.rules, null, 2));
  const [isEnabling, setEnabling] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  // What one has before one: what another saves meanwhile takes nothing away, and is told of.
  const [base, setBase] = useState(draft);
  const isChanged = JSON.stringify(rules) !== JSON.stringify(base.rules);
  const tried = isChanged ? { rules } : { draftId: draft.id };
  const errors = base.faults.filter(({ severity }) => severity === 'error').length;
  const name = (rules.name as Rules['name'] | undefined)?.[i18n.language === 'en' ? 'en' : 'zh'] ?? draft.policyId;
  const save = api.useMutation('put', '/api/v1/policies/drafts/{id}', {
    onSuccess: async (saved, { body }) => {
      void message.success(t('policies:saved'));
      setProblem(null);
      setBase(saved);
      // What was typed since it was sent stays.
      setRules((now) => (now === (body.rules as unknown) ? (saved.rules as unknown as Rules) : now));
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/policies/drafts'] });
      await reread();
    },
    onError: setProblem,
  });
  /** Begins again with what another has saved. */
  const beginAnew = async (): Promise<void> => {
    const { data } = await reread();
    if (!data) return;
    setBase(data);
    write(data.rules as unknown as Rules);
    setProblem(null);
  };
  const write = (next: Rules): void => {
    setRules(next);
    setText(JSON.stringify(next, null, 2));
  };
  const parse = (): void => {
    try {
      setRules(JSON.parse(text) as Rules);
    } catch (error) {
      tell(new Error(String(error)));
    }
  };
  return (
    <>
      <PageHead title={t('policies:draftOf', { name, version: draft.nextVersion })}>
        <Button
          type="primary"
          disabled={!isChanged}
          loading={save.isPending}
          onClick={() =>
            save.mutate({
              params: { path: { id: draft.id } },
              body: { expectedVersion: base.version, rules },
            })
          }
        >
          {t('console:act.save')}
        </Button>
        {may('policy.enable') && (
          <Button disabled={isChanged || errors > 0} onClick={() => setEnabling(true)}>
            {t('policies:enable')}
          </Button>
        )}
      </PageHead>
      {problem && <ProblemView problem={problem} retry={problem.status === 409 ? () => void beginAnew() : undefined} />}
      {draft.version > base.version && !save.isPending && (
        <WrittenMeanwhile draft={draft} begin={() => void beginAnew()} keep={() => setBase(draft)} />
      )}
      <Faults faults={base.faults} />
      <Tabs
        items={[
          { key: 'steps', label: t('policies:tab.steps'), children: <LadderEditor rules={rules} write={write} /> },
          {
            key: 'words',
            label: t('policies:tab.words'),
            children: errors === 0 ? <RulesInWords rules={rules} /> : <p>{t('policies:wordsLater')}</p>,
          },
          {
            key: 'all',
            label: t('policies:tab.all'),
            children: (
              <section className="panel">
                <Input.TextArea
                  className="rules-json"
                  aria-label={t('policies:tab.all')}
                  value={text}
                  spellCheck={false}
                  rows={17}
                  onChange={({ target }) => setText(target.value)}
                  onBlur={parse}
                />
              </section>
            ),
          },
        ]}
      />
      <section className="panel">
        <h2>{t('policies:changes.ofDraft', { version: draft.nextVersion - 1 })}</h2>
        <PolicyChanges key={base.version} policyId={draft.policyId} from={draft.nextVersion - 1} draftId={draft.id} />
      </section>
      {may('policy.simulate') && (
        <>
          <Simulation policyId={draft.policyId} tried={tried} />
          <BackTest policyId={draft.policyId} tried={tried} />
        </>
      )}
      {isEnabling && <Enable draft={draft} close={() => setEnabling(false)} />}
    </>
  );
}

/** Another has saved the draft while one writes: who and when, what it says now, and the choice of what goes on. */
function WrittenMeanwhile({ draft, begin, keep }: { draft: Draft; begin: () => void; keep: () => void }) {
  const { t } = useTranslation(['policies', 'drafts']);
  const [isLooking, setLooking] = useState(false);
  const hasErrors = draft.faults.some(({ severity }) => severity === 'error');
  return (
    <>
      <Alert
        type="warning"
        showIcon
        role="alert"
        className="act-note"
        title={
          <>
            <Instant at={draft.writtenAt} /> {t('policies:writtenBy', { name: draft.writtenBy })}
          </>
        }
        description={
          <Space wrap>
            <Button size="small" onClick={() => setLooking(true)}>
              {t('drafts:see')}
            </Button>
            <Button size="small" onClick={begin}>
              {t('policies:beginAnew')}
            </Button>
            <Button size="small" onClick={keep}>
              {t('drafts:keepMine')}
            </Button>
          </Space>
        }
      />
      <Modal open={isLooking} width={760} footer={null} title={draft.policyId} onCancel={() => setLooking(false)}>
        {hasErrors ? (
          <pre className="words">{JSON.stringify(draft.rules, null, 2)}</pre>
        ) : (
          <RulesInWords rules={draft.rules as unknown as Rules} />
        )}
      </Modal>
    </>
  );
}

function Enable({ draft, close }: { draft: Draft; close: () => void }) {
  const { t } = useTranslation('policies');
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const enable = api.useMutation('post', '/api/v1/policies/drafts/{id}/enable', {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/policies'] });
      void navigate(`/policies/${draft.policyId}`);
    },
  });
  return (
    <Modal
      open
      title={t('enable')}
      okText={t('enable')}
      onCancel={close}
      confirmLoading={enable.isPending}
      okButtonProps={{ disabled: reason.trim() === '' }}
      onOk={() =>
        enable.mutate({
          params: { path: { id: draft.id } },
          body: {
            expectedVersion: draft.version,
            expectedPolicyVersion: draft.nextVersion - 1,
            reason: reason.trim(),
          },
        })
      }
    >
      <p>{t('enableHelp', { version: draft.nextVersion })}</p>
      {enable.error && <ProblemView problem={enable.error} />}
      <Input.TextArea
        aria-label={t('reason')}
        placeholder={t('reason')}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
    </Modal>
  );
}
