import { createChannels } from './index';
import { InboxChannel } from './inbox.channel';
import { channelErrorOf } from './smtp.channel';

const config = { SMTP_URL: undefined, SMTP_FROM: 'duban <duban@city.example>' };

describe('createChannels', () => {
  it('has mail only where a server is configured', () => {
    expect(createChannels(config).all.map(({ kind }) => kind)).toEqual(['inbox']);
    const withMail = createChannels({ ...config, SMTP_URL: 'smtp://127.0.0.1:25' });
    expect(withMail.all.map(({ kind }) => kind)).toEqual(['inbox', 'smtp']);
    withMail.onApplicationShutdown();
  });

  it('refuses a channel that would not find its deliveries again', () => {
    expect(() => createChannels(config, { sms: () => new InboxChannel() })).toThrow('channel sms has no handler');
  });
});

describe('channelErrorOf', () => {
  it.each([
    [{ code: 'EENVELOPE', responseCode: 452 }, true],
    [{ code: 'EENVELOPE', responseCode: 550 }, false],
    [{ code: 'EENVELOPE' }, false],
    [{ code: 'EMESSAGE', responseCode: 554 }, false],
    [{ code: 'ECONNECTION' }, true],
    [{ code: 'ESOCKET' }, true],
    [{ code: 'ETIMEDOUT' }, true],
    [{ code: 'EAUTH', responseCode: 535 }, true],
  ])('%j: may be taken later: %s', (error, retryable) => {
    expect(channelErrorOf(Object.assign(new Error('what happened'), error))).toMatchObject({
      message: 'what happened',
      retryable,
    });
  });
});
