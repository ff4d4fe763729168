import { expect, test } from 'vitest';
import { clusterSchema } from './cluster.ts';

const isTaken = (server: string) =>
  clusterSchema.safeParse({ server, tokenSecret: 'cluster', namespaces: ['shop'] }).success;

test.each([
  'https://10.0.0.1:6443',
  'https://proxy.example/clusters/live',
  'http://127.0.0.1:8001',
  'http://localhost:8001',
  'http://[::1]:8001',
])('a token may be sent to %s', (server) => {
  expect(isTaken(server)).toBe(true);
});

test.each([
  'http://10.0.0.1:6443',
  'http://cluster.example',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'https://user:word@10.0.0.1',
  'https://10.0.0.1?to=elsewhere',
])('%s is no server to send a token to', (server) => {
  expect(isTaken(server)).toBe(false);
});
