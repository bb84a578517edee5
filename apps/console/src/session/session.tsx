import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Spin } from 'antd';
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { actIn, answerOf, client, type Problem, type Schemas } from '../api/client';
import { onSessionEnd } from '../api/steady-fetch';
import { ProblemView } from '../problem/problem-view';
import { setServerTime } from './clock';

// Whoever is signed in already does not load the way in.
const SignIn = lazy(() => import('./sign-in').then((module) => ({ default: module.SignIn })));
const SignInAgain = lazy(() => import('./sign-in-again').then((module) => ({ default: module.SignInAgain })));

export type Me = Schemas['ActorDto'];

interface Session {
  me: Me;
  /** Whether the post in which they act may do one of these. */
  may: (...rights: string[]) => boolean;
  /** Act in another of their posts. */
  takePost: (postId: string) => Promise<void>;
  signOut: () => Promise<void>;
}

const SessionContext = createContext<Session | null>(null);
const KEPT_POST = 'duban.post';

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('the page stands outside of a session');
  return session;
}

/** What the session is of, or null where nobody is signed in. */
const meOrNobody = async (): Promise<Me | null> => {
  const asked = await client.GET('/api/v1/sessions/current');
  if (asked.response.status === 401) return null;
  const isNotTheirPost = asked.error?.code.startsWith('SESSION.NOT_YOUR_POST');
  if (isNotTheirPost) {
    keepPost(null);
    return meOrNobody();
  }
  const me = await answerOf(Promise.resolve(asked));
  setServerTime(me);
  return me;
};

function keepPost(postId: string | null): void {
  actIn(postId);
  if (postId === null) sessionStorage.removeItem(KEPT_POST);
  else sessionStorage.setItem(KEPT_POST, postId);
}

/** Shows its children to whoever is signed in, and to all others the way in. */
export function SessionGate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    actIn(sessionStorage.getItem(KEPT_POST));
    setReady(true);
  }, []);
  const {
    data: me,
    error,
    refetch,
  } = useQuery<Me | null, Problem>({
    queryKey: ['session'],
    queryFn: meOrNobody,
    enabled: isReady,
    staleTime: Infinity,
  });

  const session = useMemo((): Session | null => {
    if (!me) return null;
    const rights = new Set(me.rights);
    return {
      me,
      may: (...wanted) => wanted.some((one) => rights.has(one)),
      takePost: async (postId) => {
        keepPost(postId);
        queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
        await refetch();
      },
      signOut: async () => {
        await client.DELETE('/api/v1/sessions/current');
        keepPost(null);
        queries.clear();
        await refetch();
      },
    };
  }, [me, queries, refetch]);

  if (error) return <ProblemView problem={error} retry={() => void refetch()} />;
  if (me === undefined) return <Spin fullscreen />;
  if (!session || session.me.needs !== null) {
    return (
      <Suspense fallback={<Spin fullscreen />}>
        <SignIn needs={session?.me.needs ?? null} done={() => void refetch()} />
      </Suspense>
    );
  }
  return (
    <SessionContext value={session}>
      {children}
      <ComingBack />
    </SessionContext>
  );
}

/** Asks for the password again where the session has ended, over whatever the person was doing. */
function ComingBack() {
  const { me } = useSession();
  const waiting = useRef<(() => void)[]>([]);
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    onSessionEnd(
      () =>
        new Promise<void>((resolve) => {
          waiting.current.push(resolve);
          setAsking(true);
        }),
    );
    return () => onSessionEnd(null);
  }, []);
  const goOn = useCallback(async () => {
    // Whoever comes in another's place sees what is theirs, and sends nothing that the other has written.
    const who = await meOrNobody();
    if (who?.personId !== me.personId) return location.assign('/');
    setAsking(false);
    for (const resolve of waiting.current.splice(0)) resolve();
  }, [me.personId]);
  return isAsking ? <SignInAgain name={me.name} done={() => void goOn()} /> : null;
}
