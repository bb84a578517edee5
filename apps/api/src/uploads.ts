import { DomainError, invalid } from '@duban/kernel';
import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';

export const MAX_FILE_BYTES = 20 * 1024 * 1024;

export interface Upload {
  name: string;
  bytes: Buffer;
  fields: Readonly<Record<string, string>>;
}

/**
 * The one file of a multipart form, in the field `file`, with the form's other fields.
 * @throws DomainError REQUEST.NOT_MULTIPART, REQUEST.NO_FILE, REQUEST.TOO_LARGE, REQUEST.UNKNOWN_FIELD
 */
export async function readUpload(request: FastifyRequest, fieldNames: readonly string[]): Promise<Upload> {
  if (!request.isMultipart()) {
    throw new DomainError('invalid', 'REQUEST.NOT_MULTIPART', 'Send the file as multipart/form-data, field "file".');
  }
  const fields: Record<string, string> = {};
  let file: { name: string; bytes: Buffer } | undefined;
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
  if (!file) throw invalid('REQUEST.NO_FILE', 'The form has no file in the field "file".', { field: 'file' });
  return { ...file, fields };
}

const unknownField = (field: string): DomainError =>
  invalid('REQUEST.UNKNOWN_FIELD', `The form has no field "${field}".`, { field });
