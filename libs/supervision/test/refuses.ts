import type { DomainError } from '@duban/kernel';
import type { Office } from './office';

/** The call is refused by this code, and no table has a row more or less for it. */
export async function refuses(office: Office, code: string, call: () => Promise<unknown>): Promise<DomainError> {
  const before = await office.rowCounts();
  const error = await call().then(
    () => new Error(`it was done, and not refused by ${code}`),
    (refusal: unknown) => refusal as DomainError,
  );
  expect(error).toMatchObject({ code });
  expect(await office.rowCounts()).toEqual(before);
  return error as DomainError;
}
