import { v7 as uuid } from 'uuid';
import { headersOfWrite, type Problem, type Schemas } from './client';
import { askToSignIn } from './steady-fetch';

type Uploaded = Schemas['EvidenceFileDto'];

/**
 * Sends an evidence file (佐证材料), and says how much of it is there. Where the session has ended, it waits for the person
 * to sign in again. @throws Problem, or an error where the line breaks
 */
export async function uploadEvidence(file: File, progress: (percent: number) => void): Promise<Uploaded> {
  const key = uuid();
  const answer = await send(file, key, progress);
  if (answer.status !== 401 || !(await askToSignIn())) return bodyOf(answer);
  return bodyOf(await send(file, key, progress));
}

/** The browser tells the progress of a request of this kind alone. */
function send(file: File, key: string, progress: (percent: number) => void): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/evidence');
    for (const [name, value] of Object.entries({ ...headersOfWrite(), 'idempotency-key': key })) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      progress(total === 0 ? 0 : Math.floor((loaded / total) * 100)),
    );
    request.addEventListener('load', () => resolve(request));
    request.addEventListener('error', () => reject(new Error('the line broke')));
    const body = new FormData();
    body.append('file', file);
    request.send(body);
  });
}

function bodyOf({ status, responseText }: XMLHttpRequest): Uploaded {
  const body = JSON.parse(responseText) as Uploaded | Problem;
  if (status >= 400) throw body as Problem;
  return body as Uploaded;
}
