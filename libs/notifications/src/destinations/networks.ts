import { BlockList, isIP, isIPv6 } from 'node:net';

/** Networks of one's own, of one machine, and of no one: nothing outside is found there. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
];

/** An IPv4 address that is written as one of IPv6. */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** Which addresses duban asks when it hands messages to destinations: public ones, and the networks it is told. */
export class Networks {
  /** For what whoever runs the installation has set. */
  static readonly all = (): Networks => new Networks(['0.0.0.0/0', '::/0']);

  private readonly blocked = listOf(NOT_PUBLIC);
  private readonly allowed: BlockList;

  /** @param allowed `10.0.0.0/8`, `::1` and the like */
  constructor(allowed: readonly string[] = []) {
    this.allowed = listOf(allowed);
  }

  /** @param address as a socket has it: no name */
  allows(address: string): boolean {
    const plain = plainOf(address);
    const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
    if (isIP(plain) === 0) return false;
    return this.allowed.check(plain, family) || !this.blocked.check(plain, family);
  }

  /** Whether it is in a network that duban was told. */
  knows(address: string): boolean {
    const plain = plainOf(address);
    return isIP(plain) !== 0 && this.allowed.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  }

  /**
   * Why nobody is asked at the address, null where somebody may be: in clear text nothing leaves the networks that are
   * one's own.
   * @param address as a socket has it: no name
   */
  refusal(address: string, isSecure: boolean): string | null {
    if (!this.allows(address)) return `${address} is not a public address; DUBAN_DESTINATION_NETWORKS does not name it`;
    return isSecure || this.knows(address) ? null : `${address} is to be asked by https`;
  }

  /**
   * The same of a URL, as far as it says itself where it leads: by an address, in whatever form, or by a name of this
   * machine (RFC 6761). What other names mean is known when they are looked up.
   */
  refusalOf({ hostname, protocol }: URL): string | null {
    // WHATWG's parser has made plain addresses of 2130706433, 0x7f.1 and the like.
    const literal = hostname.replace(/^\[|\]$/g, '');
    const reasons = (isIP(literal) !== 0 ? [literal] : isOwnMachine(literal) ? LOOPBACK : []).map((address) =>
      this.refusal(address, protocol === 'https:'),
    );
    return reasons.includes(null) ? null : (reasons[0] ?? null);
  }
}

/** What a name of this machine means, whoever is asked. */
const LOOPBACK = ['127.0.0.1', '::1'];

const isOwnMachine = (name: string): boolean => /(^|\.)localhost\.?$/.test(name);

/** Without the zone of a link, and as IPv4 where it is that. */
function plainOf(address: string): string {
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return bare;
  const canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(canonical);
  if (!mapped) return canonical;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.trim().split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}
