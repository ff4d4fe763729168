import { expect, test } from 'vitest';
import { isHostRule } from './egress.ts';
import { isHostAlone, isPlainHost, isPlainUrl } from './plain-host.ts';
import { originSchema } from './url-schema.ts';

const hosts = [
  'h',
  'H.example',
  'h.',
  'a_b.local',
  'bücher.example',
  'xn--bcher-kva.example',
  '10.0.0.1',
  '[::1]',
  '[0:0::1]',
];
// Each would be taken for another host than it says, or for none.
const odd = [
  '010.0.0.1',
  '0x0a000001',
  '1',
  '127.1',
  '2130706433',
  'ⓗ.example',
  'ｈ.example',
  '%68',
  'a..b',
  '.h',
  'h,i',
  'h h',
  '*',
  'h*',
  '',
  '::1',
  '[::1',

  'h\\x',
  'h\n',
];

test.each(hosts)('%j is a host that everybody reads alike', (host) => {
  expect([isPlainHost(host), isHostRule(host), isPlainUrl(`https://${host}/a/b?c#d`)]).toEqual([
    true,
    true,
    true,
  ]);
});

test.each(odd)('%j is none', (host) => {
  expect([isPlainHost(host), isHostRule(host), isPlainUrl(`https://${host}/`)]).toEqual([
    false,
    false,
    false,
  ]);
});

test.each(['u@h', 'h/x', 'h?', 'h#x', 'h:80'])('%j is more than a host', (text) => {
  expect([isPlainHost(text), isHostAlone(text)]).toEqual([false, false]);
});

test.each(['*.h', '*.h.example', '*.h:80', 'h:80', '[::1]:80'])('%j is a rule for hosts', (rule) => {
  expect(isHostRule(rule)).toBe(true);
});

test.each(['*.127.0.0.1', '*.[::1]', '*.*', 'h:0', 'h:080', 'h:65536', 'h:', '10.0.0.0/8', 'http://h'])(
  '%j is no rule',
  (rule) => {
    expect(isHostRule(rule)).toBe(false);
  },
);

test.each([
  'https:h.example',
  'https:/h.example',
  'https:\\\\h.example',
  ' https://h.example',
  'https://h.example\n',
  'https://h.example:',
  'https://h.example/../x',
  'https://h.example/a/%2E%2e/x',
  'https://h.example/a/.',
])('%j is no URL that is used as it is written', (text) => {
  expect(isPlainUrl(text)).toBe(false);
});

test.each(['https://h.example/.well-known/..x/a.b', 'ssh://git@h.example:22/a', 'mqtt://[::1]:1883'])(
  '%j is one',
  (text) => {
    expect(isPlainUrl(text)).toBe(true);
  },
);

test.each(['https://h.example./', 'https://1', 'https://*.example', 'https://h.example/a', 'https://u@h'])(
  '%j is no origin',
  (text) => {
    expect(originSchema.safeParse(text).success).toBe(false);
  },
);

test.each(['localhost', '0.0.0.0', '::', '::1', 'h.example', '10.0.0.1'])(
  'a server listens at %j',
  (host) => {
    expect(isHostAlone(host)).toBe(true);
  },
);

test.each(['h:80', '[::1]', 'http://h', '*', '10.0.0.0/8', '', '010.0.0.1'])(
  'no server listens at %j',
  (host) => {
    expect(isHostAlone(host)).toBe(false);
  },
);
