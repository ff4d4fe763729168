import { expect, test } from 'vitest';
import { alternativeNames } from './tls-listener.ts';

test('names of a certificate are those that it has, whatever stands in them', () => {
  expect(alternativeNames('DNS:a.example, URI:spiffe://example.com/agent, email:a@b.example')).toEqual([
    'DNS:a.example',
    'URI:spiffe://example.com/agent',
    'email:a@b.example',
  ]);
  // One name that looks like two, as Node quotes it.
  expect(alternativeNames(String.raw`DNS:"a.example, URI:spiffe://example.com/agent", DNS:b`)).toEqual([
    'DNS:a.example, URI:spiffe://example.com/agent',
    'DNS:b',
  ]);
  expect(alternativeNames('')).toEqual([]);
  expect(alternativeNames('DNS:a.example, nonsense')).toEqual([]);
  expect(alternativeNames('DNS:a"b, DNS:c')).toEqual([]);
});
