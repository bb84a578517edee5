import { PASSWORD } from './sample-product';

/** The api as somebody uses it, by reading or, with a body, by posting. */
export async function signedIn(url: string, username: string): Promise<<T>(path: string, body?: object) => Promise<T>> {
  const ask = async (path: string, body?: object, token?: string): Promise<unknown> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const { token } = (await ask('/sessions', { username, password: PASSWORD })) as { token: string };
  return async <T>(path: string, body?: object) => (await ask(path, body, token)) as T;
}
