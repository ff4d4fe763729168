import { expect, test } from 'vitest';
import { roomFor } from './restore-backup.ts';

const gib = 1_024 ** 3;
const fileOf = (path: string, bytes: number) => ({ path, bytes, sha256: '' });
const tables = [{ name: 'event', columns: [], rows: 1, path: 'tables/event.copy.gz' }];

test('room is needed for tables many times, and for what is placed as it is once', () => {
  const table = fileOf('tables/event.copy.gz', gib);
  const archive = fileOf('audit_archive/of.jsonl', 20 * gib);
  expect(roomFor({ tables, files: [table] })).toBe(11 * gib);
  expect(roomFor({ tables, files: [table, archive] })).toBe(31 * gib);
  // Of little, little is logged.
  expect(roomFor({ tables, files: [fileOf('tables/event.copy.gz', 1_000)] })).toBe(20_000);
});
