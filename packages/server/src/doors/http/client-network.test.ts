import { expect, test } from 'vitest';
import {
  createClientOf,
  isNetwork,
  networkOf,
  withinNetworks,
  type TrustedProxies,
} from './client-network.ts';

const from = (
  remoteAddress: string,
  forwarded?: string,
): Parameters<ReturnType<typeof createClientOf>>[0] => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

const inside = ['10.0.0.0/8', 'fd00::/8'];

test.each<[string, TrustedProxies, string, string | undefined, string]>([
  ['nobody is believed where nobody is trusted', [], '10.0.0.1', '203.0.113.9', '10.0.0.1'],
  ['a proxy is believed', inside, '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['an IPv4 proxy on an IPv6 socket', inside, '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['two proxies', inside, '10.0.0.1', '203.0.113.9, 10.2.2.2', '203.0.113.9'],
  ['what the caller wrote itself', inside, '10.0.0.1', '198.51.100.7, 203.0.113.9', '203.0.113.9'],
  ['a stranger who says it is a proxy', inside, '203.0.113.9', '198.51.100.7', '203.0.113.9'],
  ['a list that ends in nonsense', inside, '10.0.0.1', '203.0.113.9, <script>', '10.0.0.1'],
  ['no list at all', inside, '10.0.0.1', undefined, '10.0.0.1'],
  ['one hop', 1, '192.0.2.1', '198.51.100.7, 203.0.113.9', '203.0.113.9'],
  ['two hops', 2, '192.0.2.1', '198.51.100.7, 203.0.113.9', '198.51.100.7'],
  ['more hops than there are', 8, '192.0.2.1', '203.0.113.9', '203.0.113.9'],
])('%s', (_what, trusted, direct, forwarded, expected) => {
  expect(networkOf(createClientOf(trusted)(from(direct, forwarded)))).toBe(expected);
});

test('all of an IPv6 /64 is one network', () => {
  expect(networkOf('2001:db8::1')).toBe(networkOf('2001:db8::ffff:2'));
  expect(networkOf('2001:db8::1')).not.toBe(networkOf('2001:db8:0:1::1'));
  expect(networkOf('x'.repeat(9_000))).toBe('unknown');
});

test.each([
  ['10.1.2.3', true],
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['::1/128', true],
  ['0.0.0.0/0', true],
  ['10.0.0.0/33', false],
  // Each would be taken for another address or network than it says.
  ['10.0.0.1/8', false],
  ['fd00::1/8', false],
  ['010.0.0.1', false],
  ['0x0a000001', false],
  ['1', false],
  ['0/0', false],
  ['10.0.0.0/08', false],
  ['10.0.0.0/', false],
  ['fe80::1%eth0', false],
  ['::ffff:10.0.0.0/104', false],
  ['0:0:0:0:0:ffff:a00:0/104', false],
  ['0::ffff:10.0.0.1', false],
  ['proxy.example', false],
])('%s names a network: %s', (text, expected) => {
  expect(isNetwork(text)).toBe(expected);
});

test('a network has its own addresses alone', () => {
  const within = withinNetworks(['192.0.2.7', 'fd00::/8']);
  expect(['192.0.2.7', '192.0.2.8', 'fd12::1', 'fe80::1', ''].map(within)).toEqual([
    true,
    false,
    true,
    false,
    false,
  ]);
});
