import { expect, test } from 'vitest';
import type { Diff } from '../../domain/diff.ts';
import { hiddenTextFindings } from './hidden-text.ts';

const hidden = 'pay \u202e0001';

test.each<Diff>([
  { type: 'FIELD', path: '/blocks', before: null, after: [{ text: { text: hidden } }] },
  { type: 'FIELD', path: '/metadata', before: null, after: { [hidden]: 1 } },
  { type: 'MESSAGE', to: '#ops', text: hidden, previousText: null },
  { type: 'HTTP_REQUEST', method: 'POST', url: 'https://a.example', headers: [], body: hidden },
  { type: 'PERMISSION', act: 'GRANT', subject: hidden, permission: 'reader', resource: 'a' },
  { type: 'TABLE', title: 'Rows', columns: ['A'], rows: [{ kind: 'ADD', cells: [hidden] }] },
])('tells of what is hidden in $type', (diff) => {
  expect(hiddenTextFindings([diff])).toHaveLength(1);
});

test.each<Diff>([
  { type: 'FIELD', path: '/name', before: hidden, after: 'pay 1000' },
  { type: 'MESSAGE', to: '#ops', text: null, previousText: hidden },
  { type: 'TABLE', title: 'Rows', columns: ['A'], rows: [{ kind: 'REMOVE', cells: [hidden] }] },
])('says nothing of what is taken away in $type', (diff) => {
  expect(hiddenTextFindings([diff])).toEqual([]);
});
