import type { PaperFormat } from '@duban/supervision';
import type { FastifyReply } from 'fastify';

/** Media types of official papers (公文) that are written out. */
export const PAPER_TYPES: Readonly<Record<PaperFormat, string>> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pdf: 'application/pdf',
};

/** What the OpenAPI document says of an answer that is one. */
export const PAPERS = Object.fromEntries(
  Object.values(PAPER_TYPES).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
);

/** @param plain its name for what knows no other letters */
export function attach(
  reply: FastifyReply,
  content: Uint8Array,
  { name, format, plain }: { name: string; format: PaperFormat; plain: string },
): Buffer {
  const encoded = encodeURIComponent(`${name}.${format}`);
  void reply
    .header('content-disposition', `attachment; filename="${plain}.${format}"; filename*=UTF-8''${encoded}`)
    .type(PAPER_TYPES[format]);
  return Buffer.from(content);
}
