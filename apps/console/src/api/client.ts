import i18next from 'i18next';
import createFetchClient, { type Middleware } from 'openapi-fetch';
import createClient from 'openapi-react-query';
import { v7 as uuid } from 'uuid';
import type { components, paths } from './schema';
import { steadyFetch } from './steady-fetch';

export type Schemas = components['schemas'];
/** What every refusal looks like (RFC 9457); thrown by queries and mutations. */
export type Problem = Schemas['Problem'];

/** The post (岗位) in which requests are made, where somebody holds several. */
let actingPost: string | null = null;
export function actIn(postId: string | null): void {
  actingPost = postId;
}

/** What every write carries: what another site cannot send, since the session is a cookie, and the post. */
export function headersOfWrite(): Record<string, string> {
  return { 'x-duban-request': '1', ...(actingPost === null ? {} : { 'duban-post': actingPost }) };
}

/** A write that is sent twice, by an impatient hand or a bad line, happens once. */
const markRequests: Middleware = {
  onRequest({ request }) {
    if (actingPost !== null) request.headers.set('duban-post', actingPost);
    if (request.method === 'GET') return request;
    for (const [name, value] of Object.entries(headersOfWrite())) request.headers.set(name, value);
    if (!request.headers.has('idempotency-key')) request.headers.set('idempotency-key', uuid());
    return request;
  },
};

/** The words of refusals come with the first refusal. That nobody is signed in is an answer like any other. */
const fetchWords: Middleware = {
  async onResponse({ request, response }) {
    const isQuestion = response.status === 401 && request.method === 'GET';
    if (!response.ok && !isQuestion) await i18next.loadNamespaces('problems').catch(() => undefined);
  },
};

/** Requests by themselves, typed by the api’s description. */
export const client = createFetchClient<paths>({ baseUrl: '/', fetch: steadyFetch });
client.use(markRequests, fetchWords);

/** The same as hooks: `api.useQuery('get', '/api/v1/tasks', …)`, `api.useMutation('post', …)`. */
export const api = createClient(client);

/** The body of an answer that must be a good one. @throws Problem */
export async function answerOf<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await asked;
  if (error !== undefined || !response.ok) throw error;
  return data as T;
}
