import { expect, test } from 'vitest';
import { inPlainWords, wordsOf } from './sandbox-data.ts';

test.each([
  ['text', 'text'],
  [true, 'yes'],
  [null, ''],
  [[], ''],
  [['shop-db', 'cache'], 'shop-db\ncache'],
  [{ nginx: '1.27', empty: '' }, 'nginx: 1.27'],
  [[{ type: 'user', role: 'owner', emailAddress: 'bot@example.com' }], 'user owner bot@example.com'],
  [[{ role: 'reader', until: null }], 'reader'],
])('%j is told as %j', (value, words) => {
  expect(wordsOf(value)).toBe(words);
});

test('names of fields are told as people write them', () => {
  expect(['folderId', 'md5', 'isStopped', 'ready'].map(inPlainWords)).toEqual([
    'folder id',
    'md5',
    'is stopped',
    'ready',
  ]);
});
