/** Stable codes of what can go wrong while the embedded Postgres is started. */
export type EmbeddedPostgresErrorCode =
  | 'EMBEDDED.HOME_BUSY'
  | 'EMBEDDED.HOME_NOT_WRITABLE'
  | 'EMBEDDED.NO_BINARIES'
  | 'EMBEDDED.OTHER_VERSION'
  | 'EMBEDDED.PORT_IN_USE'
  | 'EMBEDDED.START_FAILED'
  | 'EMBEDDED.WRONG_ENCODING';

/** Every failure of {@link startEmbeddedPostgres}: `message` is one sentence that says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
