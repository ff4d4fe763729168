import { expect, test } from 'vitest';
import { classOfAddress, isSameAddress } from './ip-address.ts';

test.each([
  ['8.8.8.8', 'PUBLIC'],
  ['172.15.255.255', 'PUBLIC'],
  ['172.32.0.0', 'PUBLIC'],
  ['2606:4700::1111', 'PUBLIC'],
  ['::ffff:8.8.8.8', 'PUBLIC'],
  ['64:ff9b::808:808', 'PUBLIC'],
  ['2002:808:808::1', 'PUBLIC'],
  ['127.0.0.1', 'INTERNAL'],
  ['10.1.2.3', 'INTERNAL'],
  ['100.64.0.1', 'INTERNAL'],
  ['fd00::1', 'INTERNAL'],
  ['::1', 'INTERNAL'],
  ['::ffff:127.0.0.1', 'INTERNAL'],
  ['::7f00:1', 'INTERNAL'],
  ['64:ff9b::7f00:1', 'INTERNAL'],
  ['2002:a00:1::', 'INTERNAL'],
  ['2001:4860::5efe:10.0.0.1', 'INTERNAL'],
  ['0.0.0.0', 'FORBIDDEN'],
  ['::', 'FORBIDDEN'],
  ['169.254.169.254', 'FORBIDDEN'],
  ['::ffff:169.254.169.254', 'FORBIDDEN'],
  ['fe80::1', 'FORBIDDEN'],
  ['fe80::5efe:8.8.8.8', 'FORBIDDEN'],
  ['fe80::1%eth0', 'FORBIDDEN'],
  ['64:ff9b:1::7f00:1', 'FORBIDDEN'],
  ['ff02::1', 'FORBIDDEN'],
  ['2001:db8::1', 'FORBIDDEN'],
  ['255.255.255.255', 'FORBIDDEN'],
  ['no address', 'FORBIDDEN'],
  ['', 'FORBIDDEN'],
])('%s is %s', (address, kind) => {
  expect(classOfAddress(address)).toBe(kind);
});

test('a Teredo address is as close as the closer of its server and its client', () => {
  const publicClient = '2001:0:808:808:0:0:f7f7:f7f7';
  const loopbackClient = '2001:0:808:808:0:0:80ff:fffe';
  const loopbackServer = '2001:0:7f00:1:0:0:f7f7:f7f7';
  expect([publicClient, loopbackClient, loopbackServer].map(classOfAddress)).toEqual([
    'PUBLIC',
    'INTERNAL',
    'INTERNAL',
  ]);
});

test('two spellings of one address are the same, two addresses are not', () => {
  expect(isSameAddress('::ffff:127.0.0.1', '127.0.0.1')).toBe(true);
  expect(isSameAddress('2606:4700:0::1111', '2606:4700::1111')).toBe(true);
  expect(isSameAddress('127.0.0.1', '127.0.0.2')).toBe(false);
  expect(isSameAddress('', '127.0.0.1')).toBe(false);
});
