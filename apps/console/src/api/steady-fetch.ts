const WAITS_MS = [500, 1500, 4000];
const SESSION_ROUTE = '/api/v1/sessions';

type SignInAgain = () => Promise<void>;
let signInAgain: SignInAgain | null = null;

/** Who asks a person to sign in again, over the page that they are on. */
export function onSessionEnd(ask: SignInAgain | null): void {
  signInAgain = ask;
}

/** Waits until the person has signed in again. @returns whether there is anybody to ask */
export async function askToSignIn(): Promise<boolean> {
  if (signInAgain === null) return false;
  await signInAgain();
  return true;
}

/**
 * Sends a request until it has an answer. A line that breaks is tried again: reading does no harm, and a write carries a
 * key by which it happens once. Where the session has ended, it waits for the person to sign in again, and goes on: what
 * they had written is not lost.
 */
export async function steadyFetch(request: Request): Promise<Response> {
  const answer = await sendRepeatedly(request);
  const isSigningIn = request.method === 'POST' && new URL(request.url).pathname === SESSION_ROUTE;
  if (answer.status !== 401 || isSigningIn || !(await askToSignIn())) return answer;
  return sendRepeatedly(request);
}

async function sendRepeatedly(request: Request): Promise<Response> {
  for (const wait of WAITS_MS) {
    try {
      return await fetch(request.clone());
    } catch (error) {
      if (request.signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return fetch(request.clone());
}
