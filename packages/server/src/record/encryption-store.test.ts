import { expect, test } from 'vitest';
import { stretchesOf } from './encryption-store.ts';

const mebibyte = 1024 * 1024;
const row = (id: number, bytes: number, isOlder = true) => ({ id: String(id), bytes, isOlder });

test('rows are rewritten fifty at once, or so many as are 4 MiB, and a larger one by itself', () => {
  const small = Array.from({ length: 120 }, (_, id) => row(id, 100, id < 110));
  expect(stretchesOf(small).map((ids) => ids.length)).toEqual([50, 50, 10]);
  const large = [5, 3, 1, 1, 9, 9, 0].map((mebibytes, id) => row(id, mebibytes * mebibyte));
  expect(stretchesOf(large)).toEqual([['0'], ['1', '2'], ['3'], ['4'], ['5'], ['6']]);
  expect(stretchesOf([])).toEqual([]);
});
