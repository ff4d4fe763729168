import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Networks of the proxies before us (`10.0.0.0/8`), or how many of them every request comes through. */
export type TrustedProxies = readonly string[] | number;

/** What tells where a request comes from. */
interface Arrived {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The address that a request comes from. */
export type ClientOf = (request: Arrived) => string;

/** Where a request comes from, as it is counted. */
export type NetworkOf = (request: IncomingMessage) => string;

/**
 * Whether a text names an address or a network: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`. `10.0.0.1/8` is none, since what
 * stands behind the prefix would be cut off, and neither is `::ffff:10.0.0.1`, which would match nothing.
 */
export const isNetwork = (text: string): boolean => {
  const [, address = '', prefix] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  if (isIP(address) === 0 || isMapped(ipaddr.parse(address))) return false;
  if (prefix === undefined) return true;
  if (!ipaddr.isValidCIDR(text)) return false;
  const [network, bits] = ipaddr.parseCIDR(text);
  return firstOf(network, bits) === network.toNormalizedString();
};

const isMapped = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();

const firstOf = (address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string => {
  const kind = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return kind.networkAddressFromCIDR(`${address.toNormalizedString()}/${bits}`).toNormalizedString();
};

export type IsWithin = (address: string) => boolean;

/** An address of none of them, and what is no address, is not within. */
export const withinNetworks = (networks: readonly string[]): IsWithin => {
  const ranges = networks.map((text) => {
    const [address, bits] = ipaddr.parseCIDR(text.includes('/') ? text : `${text}/${fullBits(text)}`);
    return [address, bits] as const;
  });
  return (text) => {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
  };
};

const fullBits = (address: string): number => (ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128);

/**
 * `X-Forwarded-For` is anybody's word: from its end it is read as far as the proxies that we trust wrote it,
 * and what stands before that is the caller's own invention.
 */
export const createClientOf = (trusted: TrustedProxies): ClientOf => {
  const isTrusted =
    typeof trusted === 'number' ? (_address: string, hop: number) => hop < trusted : withinNetworks(trusted);
  return ({ socket, headers }) => {
    const direct = socket.remoteAddress ?? '';
    if (trusted === 0 || (typeof trusted !== 'number' && trusted.length === 0)) return direct;
    const header = headers['x-forwarded-for'];
    const forwarded = (Array.isArray(header) ? header.join() : (header ?? '')).split(',').slice(-mostHops);
    const hops = [direct, ...forwarded.map((text) => text.trim()).reverse()];
    let client = direct;
    for (const [hop, address] of hops.entries()) {
      if (!ipaddr.isValid(address)) break;
      client = address;
      if (!isTrusted(address, hop)) break;
    }
    return client;
  };
};

const mostHops = 32;

/** Whoever has one IPv6 address has all of its /64. */
export const networkOf = (address: string): string => {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.');
};
