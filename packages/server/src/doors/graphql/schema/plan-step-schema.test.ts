import { expect, test } from 'vitest';
import { countFiles } from './plan-step-schema.ts';

const step = (branch: string, ...paths: string[]) => ({
  platform: 'git',
  targets: [{ kind: 'branch', name: branch }],
  diffs: paths.map((path) => ({
    type: 'FILE' as const,
    path,
    change: 'UPDATE' as const,
    additions: 1,
    deletions: 0,
    hunks: [],
    isBinary: false,
    isTruncated: false,
  })),
});

test('a file that two steps change is one, and two of one name are two', () => {
  expect(countFiles([step('demo@main', 'a.txt'), step('demo@main', 'a.txt', 'b.txt')])).toBe(2);
  expect(countFiles([step('demo@main', 'a.txt'), step('demo@dev', 'a.txt')])).toBe(2);
  expect(countFiles([])).toBe(0);
});
