import fc from 'fast-check';
import { Networks } from './networks';

describe('Networks', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    'no address',
  ])('asks nobody at %s', (address) => {
    expect(new Networks().allows(address)).toBe(false);
  });

  it.each(['8.8.8.8', '114.114.114.114', '172.32.0.1', '11.0.0.1', '2400:3200::1', '::ffff:8.8.8.8'])(
    'asks %s',
    (address) => {
      expect(new Networks().allows(address)).toBe(true);
    },
  );

  it('asks in the networks that it is told, and in no other', () => {
    const networks = new Networks(['10.20.0.0/16', '::1']);
    for (const address of ['10.20.3.4', '::ffff:10.20.3.4', '::1']) {
      expect([networks.allows(address), networks.knows(address)]).toEqual([true, true]);
    }
    for (const address of ['10.21.0.1', '127.0.0.1', '::2']) expect(networks.allows(address)).toBe(false);
    expect(networks.knows('8.8.8.8')).toBe(false);
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.0.0.1./',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://1２7.0.0.1/',
    'https://①②⑦.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
    'http://8.8.8.8/',
  ])('knows by itself that %s is not to be asked', (address) => {
    expect(new Networks().refusalOf(new URL(address))).toEqual(expect.any(String));
  });

  it.each(['https://8.8.8.8/', 'https://oa.city.example/', 'http://oa.city.example/', 'https://localhost.example/'])(
    'does not know by itself that %s is not to be asked',
    (address) => {
      expect(new Networks().refusalOf(new URL(address))).toBeNull();
    },
  );

  it('takes a name of this machine where it was told one of its addresses', () => {
    for (const own of ['127.0.0.0/8', '::1']) {
      expect(new Networks([own]).refusalOf(new URL('http://localhost:8080/'))).toBeNull();
    }
    expect(new Networks(['10.0.0.0/8']).refusalOf(new URL('http://localhost:8080/'))).not.toBeNull();
  });

  it('holds one address for one, however it is written', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const networks = new Networks();
        expect(networks.allows(`::ffff:${address}`)).toBe(networks.allows(address));
      }),
    );
  });
});
