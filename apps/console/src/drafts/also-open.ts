import { useEffect, useState } from 'react';
import { client } from '../api/client';
import { type FormNews, hearOfForms } from '../api/form-news';

type Other = FormNews['others'][number];

/** The server forgets after 150 seconds who has not said it again. */
const SAID_AFTER_MS = 60_000;
const NOBODY: readonly Other[] = [];
/** What people do: a form that is left alone is not said to be open, so that it keeps no session alive. */
const WORKS = ['keydown', 'pointerdown', 'input'] as const;

/** Nobody is asked to sign in again for it, and it is not tried again. */
const once = (request: Request): Promise<Response> => fetch(request);

/** Who else has the same form open (同时填写), while one works on it. */
export function useAlsoOpen(taskId: string, form: string): readonly Other[] {
  const [others, setOthers] = useState(NOBODY);
  useEffect(() => {
    let saidAt = 0;
    let isGone = false;
    const say = async (isOpen: boolean): Promise<void> => {
      saidAt = performance.now();
      const params = { path: { id: taskId } };
      // Whether it arrives or not, what is filled in is not touched by it.
      const answer = await client
        .POST('/api/v1/tasks/{id}/open-forms', { params, body: { form, isOpen }, keepalive: !isOpen, fetch: once })
        .catch(() => undefined);
      if (!isGone && isOpen && answer?.data) setOthers(answer.data.others);
    };
    const work = (): void => {
      if (performance.now() - saidAt > SAID_AFTER_MS) void say(true);
    };
    const leave = (): void => void say(false);
    const hear = (news: FormNews): void => {
      if (news.taskId === taskId && news.form === form) setOthers(news.others);
    };
    const deafen = hearOfForms(hear);
    void say(true);
    for (const one of WORKS) document.addEventListener(one, work);
    window.addEventListener('pagehide', leave);
    return () => {
      isGone = true;
      deafen();
      for (const one of WORKS) document.removeEventListener(one, work);
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [taskId, form]);
  return others;
}
