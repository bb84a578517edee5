import { NO_TOKENS } from '../../test/no-tokens';
import { bounceKindOf } from '../bounces/status';
import { createChannels } from './index';
import { InboxChannel } from './inbox.channel';
import { channelErrorOf } from './smtp.channel';

const config = { SMTP_URL: undefined, SMTP_FROM: 'duban <duban@city.example>' };

describe('createChannels', () => {
  const kindsOf = (given: object): string[] => {
    const channels = createChannels({ ...config, ...given }, NO_TOKENS);
    channels.onApplicationShutdown();
    return channels.all.map(({ kind }) => kind);
  };

  it('has each way to people only where it is configured', () => {
    expect(kindsOf({})).toEqual(['inbox']);
    expect(kindsOf({ SMTP_URL: 'smtp://127.0.0.1:25' })).toEqual(['inbox', 'smtp']);
    expect(
      kindsOf({
        SMS_URL: 'http://ap:key@127.0.0.1:1992/sms/norsubmit?ecName=a&sign=b',
        WECOM_URL: 'https://ww1:key@qyapi.weixin.qq.com/1000002',
        DINGTALK_URL: 'https://ding1:key@oapi.dingtalk.com/3001',
        FEISHU_URL: 'https://cli_1:key@open.feishu.cn',
      }),
    ).toEqual(['inbox', 'sms', 'wecom', 'dingtalk', 'feishu']);
  });

  it('refuses a channel that would not find its deliveries again', () => {
    expect(() => createChannels(config, NO_TOKENS, { sms: () => new InboxChannel() })).toThrow(
      'channel sms has no handler',
    );
  });
});

describe('what a refusal says of the address', () => {
  it.each([
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response: '550 5.1.1 <a@b> unknown' }, '5.1.1'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response: '550 no such user' }, '5.1.1'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 552, response: '552 full' }, '5.2.2'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 554, response: '554 go away' }, '5.7.1'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 452, response: '452 4.2.2 full' }, '4.2.2'],
    [{ code: 'EENVELOPE' }, '5.1.3'],
    [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550, response: '550 5.1.1 who are you' }, null],
    [{ code: 'EMESSAGE', command: 'DATA', responseCode: 554, response: '554 5.6.0 not like this' }, null],
    [{ code: 'ECONNECTION' }, null],
  ])('%j: %s', (error, status) => {
    const { refusal } = channelErrorOf(Object.assign(new Error('what happened'), error));
    expect(refusal?.status ?? null).toBe(status);
  });

  it.each([
    ['5.1.1', 'hard'],
    ['5.1.10', 'hard'],
    ['5.2.1', 'hard'],
    ['5.4.4', 'hard'],
    ['5.0.0', 'hard'],
    ['5.1.8', 'other'],
    ['5.2.2', 'soft'],
    ['5.2.3', 'soft'],
    ['4.2.2', 'soft'],
    ['4.4.7', 'soft'],
    ['4.3.0', 'other'],
    ['4.7.1', 'other'],
    ['5.3.4', 'other'],
    ['5.5.0', 'other'],
    ['5.6.0', 'other'],
    ['5.7.1', 'other'],
  ])('%s is %s', (status, kind) => {
    expect(bounceKindOf(status)).toBe(kind);
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
