import { answerOf } from '../api/client';

/** Gives what the api answers to the person as a file. @throws Problem */
export async function download(
  asked: Promise<{ data?: unknown; error?: unknown; response: Response }>,
  name: string,
): Promise<void> {
  const bytes = (await answerOf(asked)) as Blob;
  const address = URL.createObjectURL(bytes);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
