import { Alert, Button, Form } from 'antd';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { v7 as uuid } from 'uuid';
import type { Problem } from '../api/client';
import { Instant } from '../layout/day';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { AlsoOpenNote } from './also-open-note';
import { dropDraft, dropOldDrafts, keepDraft, readDraft } from './draft-store';
import { ChangedMeanwhile, useOthersSince } from './changed-meanwhile';
import './drafts.css';

interface Props<T extends object, A> {
  /** What is filled in, and of what: `report.<obligation>`. */
  name: string;
  initial: Partial<T>;
  /** Sends it; the key makes it happen once, however often it is sent. @throws Problem */
  send: (values: T, key: string) => Promise<A>;
  done: (answer: A) => void;
  submit: string;
  isDanger?: boolean;
  /** Of which task, to say what others did meanwhile. */
  taskId: string;
  /** Reads anew what the form rests on, where somebody has changed it. */
  refresh: () => Promise<unknown>;
  children?: ReactNode;
}

const KeepContext = createContext<() => void>(() => undefined);
/** Keeps what a button of the form has filled in, as if it had been typed. */
export const useKeep = (): (() => void) => useContext(KeepContext);

const isStale = (problem: Problem): boolean => problem.status === 409 && /(^|[._])STALE$/.test(problem.code ?? '');

/**
 * A form in which nothing is lost: what is typed is kept in the browser as it is typed, and offered again after a closed
 * tab; where the session ended, the request waits for the person to come back; where somebody changes the matter
 * meanwhile, the form says at once who did what, beside what one has written.
 */
export function DraftForm<T extends object, A = unknown>(props: Props<T, A>) {
  const { me } = useSession();
  const [round, setRound] = useState(0);
  return (
    <KeptForm
      key={round}
      {...props}
      personId={me.personId ?? ''}
      discard={() => {
        dropDraft(me.personId ?? '', props.name);
        setRound(round + 1);
      }}
    />
  );
}

function KeptForm<T extends object, A>({
  personId,
  discard,
  ...props
}: Props<T, A> & { personId: string; discard: () => void }) {
  const { name, initial, taskId, refresh, submit, isDanger = false, children } = props;
  const { t } = useTranslation('drafts');
  const [form] = Form.useForm<T>();
  const [restored] = useState(() => readDraft<T>(personId, name));
  const [isKept, setKept] = useState(true);
  const { problem, isSending, send } = useSending(props, personId);
  const others = useOthersSince(taskId);
  useEffect(() => dropOldDrafts(), []);
  const keep = (): void => setKept(keepDraft(personId, name, form.getFieldsValue(true) as T));

  return (
    <Form<T>
      form={form}
      layout="vertical"
      className="act-form"
      initialValues={{ ...initial, ...restored?.values }}
      scrollToFirstError={{ focus: true }}
      onValuesChange={keep}
      onFinish={() =>
        void send(form.getFieldsValue(true) as T).then((stale) =>
          stale ? Promise.all([refresh(), others.reread()]) : undefined,
        )
      }
    >
      {restored && (
        <Alert
          type="info"
          showIcon
          className="act-note"
          title={
            <>
              {t('restored')} <Instant at={restored.keptAt} />
            </>
          }
          action={
            <Button size="small" onClick={discard}>
              {t('discard')}
            </Button>
          }
        />
      )}
      <AlsoOpenNote taskId={taskId} form={name} />
      {!isKept && <Alert type="warning" showIcon className="act-note" title={t('notKept')} />}
      <KeepContext value={keep}>{children}</KeepContext>
      {others.fresh.length > 0 && !(problem && isStale(problem)) && (
        <ChangedMeanwhile events={others.fresh} see={() => void refresh().then(others.look)} />
      )}
      {problem && (
        <div className="act-note" ref={showWhole}>
          {isStale(problem) ? (
            <ChangedMeanwhile events={others.fresh.length > 0 ? others.fresh : others.newest} />
          ) : (
            <ProblemView problem={problem} />
          )}
        </div>
      )}
      <div className="act-submit">
        <Button type="primary" danger={isDanger} htmlType="submit" size="large" loading={isSending}>
          {problem && isStale(problem) ? t('sendAnyway') : submit}
        </Button>
      </div>
    </Form>
  );
}

/** A refusal is looked at, wherever on the page one was. */
const showWhole = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'center' });

/** Sends once, however often it is sent; answers whether what it rests on was stale. */
function useSending<T extends object, A>({ name, send, done }: Props<T, A>, personId: string) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setSending] = useState(false);
  const attempt = useRef<{ text: string; key: string } | null>(null);
  const sendOnce = async (values: T): Promise<boolean> => {
    const text = JSON.stringify(values);
    if (attempt.current?.text !== text) attempt.current = { text, key: uuid() };
    setSending(true);
    setProblem(null);
    try {
      const answer = await send(values, attempt.current.key);
      dropDraft(personId, name);
      done(answer);
      return false;
    } catch (thrown) {
      const given = thrown as Problem;
      // A refusal is an answer to this key: what is sent next is another request.
      if (given.code !== undefined) attempt.current = null;
      setProblem(given);
      return isStale(given);
    } finally {
      setSending(false);
    }
  };
  return { problem, isSending, send: sendOnce };
}
