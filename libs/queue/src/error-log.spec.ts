import { Logger } from '@nestjs/common';
import { ErrorLog, messageOf } from './error-log';

describe('ErrorLog', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('does not write a line for every error of an outage', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const log = new ErrorLog('queue');
    for (let i = 0; i < 500; i++) log.warn('queue sweep', new Error('ECONNREFUSED'));
    expect(warn).toHaveBeenCalledTimes(1);

    jest.advanceTimersByTime(30_000);
    log.warn('queue sweep', new Error('ECONNREFUSED'));
    expect(warn).toHaveBeenLastCalledWith('queue sweep: ECONNREFUSED (and 499 more of the kind before)');
  });
});

describe('messageOf', () => {
  it('opens the parts of an error that says nothing itself', () => {
    expect(messageOf(new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]))).toBe(
      '::1 refused; 127.0.0.1 refused',
    );
  });

  it.each([
    [new TypeError(''), 'TypeError'],
    ['text', 'text'],
  ])('%p', (error, message) => expect(messageOf(error)).toBe(message));
});
