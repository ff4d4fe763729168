import ipaddr from 'ipaddr.js';

export type AddressClass = 'PUBLIC' | 'INTERNAL' | 'FORBIDDEN';

const internalRanges = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);

/** IPv6 prefixes that carry an IPv4 address inside, and the byte where it starts. */
const embeddings: readonly { readonly range: readonly [ipaddr.IPv6, number]; readonly at: number }[] = [
  { range: v6Range('::ffff:0:0/96'), at: 12 },
  { range: v6Range('::/96'), at: 12 },
  { range: v6Range('::ffff:0:0:0/96'), at: 12 },
  { range: v6Range('64:ff9b::/96'), at: 12 },
  { range: v6Range('2002::/16'), at: 2 },
];
const teredo = v6Range('2001::/32');
const isatapMarks = new Set(['00005efe', '02005efe']);

function v6Range(cidr: string): readonly [ipaddr.IPv6, number] {
  const [address, bits] = ipaddr.IPv6.parseCIDR(cidr);
  return [address, bits];
}

const v4At = (bytes: readonly number[], at: number): ipaddr.IPv4 => new ipaddr.IPv4(bytes.slice(at, at + 4));

const classOfV4 = (address: ipaddr.IPv4): AddressClass => {
  const range = address.range();
  if (range === 'unicast') return 'PUBLIC';
  return internalRanges.has(range) ? 'INTERNAL' : 'FORBIDDEN';
};

const classOfV6 = (address: ipaddr.IPv6): AddressClass => {
  const bytes = address.toByteArray();
  const range = address.range();
  // Both lie in ::/96 but carry nothing.
  if (range === 'loopback') return 'INTERNAL';
  if (range === 'unspecified') return 'FORBIDDEN';
  if (address.match(teredo[0], teredo[1])) {
    const client = new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff));
    return closest(classOfV4(v4At(bytes, 4)), classOfV4(client));
  }
  const embedding = embeddings.find((one) => address.match(one.range[0], one.range[1]));
  if (embedding) return classOfV4(v4At(bytes, embedding.at));
  const own = range === 'unicast' ? 'PUBLIC' : internalRanges.has(range) ? 'INTERNAL' : 'FORBIDDEN';
  const isIsatap = isatapMarks.has(Buffer.from(bytes.slice(8, 12)).toString('hex'));
  return isIsatap ? closest(own, classOfV4(v4At(bytes, 12))) : own;
};

const closest = (one: AddressClass, other: AddressClass): AddressClass => {
  if (one === 'FORBIDDEN' || other === 'FORBIDDEN') return 'FORBIDDEN';
  return one === 'INTERNAL' || other === 'INTERNAL' ? 'INTERNAL' : 'PUBLIC';
};

/**
 * Where packets to this address end up: on the public internet, on this machine or its network, or
 * nowhere a client should send anything (link-local and metadata, multicast, reserved …). An address
 * that carries an IPv4 address inside is judged by that one.
 */
export const classOfAddress = (text: string): AddressClass => {
  if (text.includes('%') || !ipaddr.isValid(text)) return 'FORBIDDEN';
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv4 ? classOfV4(address) : classOfV6(address);
};

/** Whether two spellings name one address: `::ffff:127.0.0.1` and `127.0.0.1` do. */
export const isSameAddress = (one: string, other: string): boolean =>
  ipaddr.isValid(one) &&
  ipaddr.isValid(other) &&
  ipaddr.process(one).toNormalizedString() === ipaddr.process(other).toNormalizedString();
