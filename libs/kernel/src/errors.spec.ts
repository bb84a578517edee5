import { conflict, DomainError, type ErrorKind, forbidden, invalid, notFound } from './errors';

describe('DomainError', () => {
  it('is an Error that says what, by which code, and with which details', () => {
    const error = new DomainError('conflict', 'PLAN.ISSUED', 'The plan is issued already.', { planId: '7' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'DomainError',
      kind: 'conflict',
      code: 'PLAN.ISSUED',
      message: 'The plan is issued already.',
      details: { planId: '7' },
    });
    expect(String(error)).toBe('DomainError: The plan is issued already.');
  });

  it('carries every fault of the input, and none where there is one reason only', () => {
    const faults = [
      { code: 'UNITS.NAME_MISSING', message: 'The unit has no name.', sheet: '单位', row: 3, column: 'B' },
      { code: 'UNITS.NAME_TWICE', message: 'The name is there twice.', line: 9, field: 'name' },
    ];
    expect(invalid('UNITS.INVALID', 'The list has faults.', { faults }).faults).toEqual(faults);
    expect(invalid('UNITS.INVALID', 'The list is empty.').faults).toEqual([]);
  });

  it.each<[ErrorKind, boolean]>([
    ['unavailable', true],
    ['invalid', false],
    ['unauthenticated', false],
    ['forbidden', false],
    ['not_found', false],
    ['conflict', false],
    ['throttled', true],
  ])('%s: worth trying again without a change: %s', (kind, retryable) => {
    expect(new DomainError(kind, 'AREA.REASON', '').retryable).toBe(retryable);
  });

  it.each([
    [invalid, 'invalid'],
    [forbidden, 'forbidden'],
    [notFound, 'not_found'],
    [conflict, 'conflict'],
  ])('%p makes its own kind', (make, kind) => {
    expect(make('AREA.REASON', 'Why.', { field: 'unit' })).toMatchObject({
      kind,
      code: 'AREA.REASON',
      message: 'Why.',
      details: { field: 'unit' },
    });
  });
});
