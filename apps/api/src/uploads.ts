import { DomainError, invalid } from '@duban/kernel';
import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';

export const MAX_FILE_BYTES = 20 * 1024 * 1024;

export interface Upload {
  name: string;
  bytes: Buffer;
  fields: Readonly<Record<string, string>>;
}

/**
 * The one file of a multipart form, in the field `file`, with the form's other fields.
 * @throws DomainError REQUEST.NOT_MULTIPART, REQUEST.BAD_FORM, REQUEST.NO_FILE, REQUEST.UNKNOWN_FIELD; an error of the
 *   multipart plugin where there is too much of something
 */
export async function readUpload(request: FastifyRequest, fieldNames: readonly string[]): Promise<Upload> {
  if (!request.isMultipart()) throw notMultipart();
  const { file, fields } = await readParts(request, fieldNames).catch((error: Error & { code?: string }) => {
    throw asRefusal(error);
  });
  if (!file) throw noFile();
  return { ...file, fields };
}

async function readParts(
  request: FastifyRequest,
  fieldNames: readonly string[],
): Promise<{ file: Pick<Upload, 'name' | 'bytes'> | undefined; fields: Record<string, string> }> {
  const fields: Record<string, string> = {};
  let file: Pick<Upload, 'name' | 'bytes'> | undefined;
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      // The whole stream must be read, or the request never ends.
      const bytes = await part.toBuffer();
      if (part.fieldname !== 'file') throw unknownField(part.fieldname);
      file = { name: part.filename, bytes };
    } else if (fieldNames.includes(part.fieldname)) {
      fields[part.fieldname] = String(part.value);
    } else {
      throw unknownField(part.fieldname);
    }
  }
  return { file, fields };
}

const unknownField = (field: string): DomainError =>
  invalid('REQUEST.UNKNOWN_FIELD', `The form has no field "${field}".`, { field });

/**
 * Hands the one file of a multipart form on while it comes, and gives what becomes of it. The form has no other field.
 * @param receive is told by `isCut`, once the stream has ended, whether it was longer than the limit
 * @param drop undoes what was received where the rest of the form is wrong
 * @throws DomainError as {@link readUpload}, and what `receive` throws
 */
export async function streamUpload<T>(
  request: FastifyRequest,
  mostBytes: number,
  receive: (name: string, stream: Readable, isCut: () => boolean) => Promise<T>,
  drop: (received: T) => Promise<void>,
): Promise<T> {
  if (!request.isMultipart()) throw notMultipart();
  const received: T[] = [];
  try {
    const options = { limits: { fileSize: mostBytes }, throwFileSizeLimit: false };
    for await (const part of request.parts(options)) {
      if (part.type !== 'file' || part.fieldname !== 'file') throw unknownField(part.fieldname);
      received.push(await receive(part.filename, part.file, () => part.file.truncated));
    }
    if (received.length === 0) throw noFile();
    return received[0]!;
  } catch (error) {
    for (const one of received) await drop(one);
    throw asRefusal(error as Error & { code?: string });
  }
}

const notMultipart = (): DomainError =>
  new DomainError('invalid', 'REQUEST.NOT_MULTIPART', 'Send the file as multipart/form-data, field "file".');
const noFile = (): DomainError =>
  invalid('REQUEST.NO_FILE', 'The form has no file in the field "file".', { field: 'file' });
/** What has a code is our refusal, or the plugin's; the rest is the parser's word on the bytes. */
const asRefusal = (error: Error & { code?: string }): Error =>
  error.code === undefined ? invalid('REQUEST.BAD_FORM', `The form cannot be read: ${error.message}.`) : error;
