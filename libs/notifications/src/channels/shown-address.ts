/** An address without its query, in which what lets anybody write there may stand. */
export const withoutQuery = (address: URL): string =>
  `${address.origin}${address.pathname}${address.search === '' ? '' : '?…'}`;
