import { EXPORT_TYPES } from '@duban/directory';
import type { FastifyReply } from 'fastify';

/** What the OpenAPI document says of an answer that is a table for spreadsheets. */
export const TABLES = Object.fromEntries(
  [EXPORT_TYPES.xlsx, EXPORT_TYPES.csv].map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
);

/** @param plain its name for what knows no other letters */
export function attachTable(
  reply: FastifyReply,
  { name, format, plain }: { name: string; format: 'xlsx' | 'csv'; plain: string },
): void {
  const encoded = encodeURIComponent(`${name}.${format}`);
  void reply
    .header('content-disposition', `attachment; filename="${plain}.${format}"; filename*=UTF-8''${encoded}`)
    .type(format === 'xlsx' ? EXPORT_TYPES.xlsx : `${EXPORT_TYPES.csv}; charset=utf-8`);
}
