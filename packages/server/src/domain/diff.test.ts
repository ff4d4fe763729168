import { expect, test } from 'vitest';
import { isDestructive, type Diff } from './diff.ts';
import { isTooMuch, nothingShown, withShown } from './shown-amount.ts';

const file = {
  type: 'FILE',
  path: 'a',
  additions: 0,
  deletions: 0,
  hunks: [],
  isBinary: false,
  isTruncated: false,
};
const request = { type: 'HTTP_REQUEST', url: 'https://h/', headers: [], body: null };
const field = { type: 'FIELD', path: '/spec/replicas', before: 3 };
const message = { type: 'MESSAGE', to: '#ops', previousText: 'Soon' };
const permission = { type: 'PERMISSION', subject: 'Ann', permission: 'writer', resource: 'plan' };
const table = { type: 'TABLE', title: 'Prices', columns: ['name'] };
const graph = { type: 'GRAPH', title: 'Steps', edges: [] };

test.each<[object, boolean]>([
  [{ ...file, change: 'UPDATE' }, false],
  [{ ...file, change: 'DELETE' }, true],
  [{ ...request, method: 'POST' }, false],
  [{ ...request, method: 'delete' }, true],
  [{ ...field, after: 5 }, false],
  [{ ...field, after: null }, true],
  [{ ...field, after: 0, isDestructive: true }, true],
  [{ ...message, text: 'Now' }, false],
  [{ ...message, text: null }, true],
  [{ ...permission, act: 'GRANT' }, false],
  [{ ...permission, act: 'REVOKE' }, true],
  [{ ...table, rows: [{ kind: 'ADD', cells: ['a'] }] }, false],
  [{ ...table, rows: [{ kind: 'REMOVE', cells: ['a'] }] }, true],
  [{ type: 'DELETIONS', title: 'Users', names: ['a'] }, true],
  [{ ...graph, nodes: [{ id: 'a', label: 'a', kind: 'CONTEXT' }] }, false],
  [{ ...graph, nodes: [{ id: 'a', label: 'a', kind: 'REMOVE' }] }, true],
])('of %j something is lost: %s', (diff, isLost) => {
  expect(isDestructive(diff as Diff)).toBe(isLost);
});

const long = 'x'.repeat(4_000_001);

test.each<object>([
  { ...field, after: long },
  { ...message, text: long },
  { ...permission, act: 'GRANT', subject: long },
  { ...table, rows: [{ kind: 'ADD', cells: [long] }] },
  { type: 'DELETIONS', title: 'Users', names: [long] },
  { ...graph, nodes: [{ id: 'a', label: long, kind: 'ADD' }] },
])('no kind shows more than people read: $type', (diff) => {
  const shown = { summary: '', targets: [], precondition: null, findings: [], diffs: [diff as Diff] };
  expect(isTooMuch(withShown(nothingShown, shown))).toBe(true);
});
