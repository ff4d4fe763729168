import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptedPaths, refusedPaths } from '../../../testing/path-corpus.ts';
import { refNameFault, treePathFault } from './tree-path.ts';

describe('paths', () => {
  test('the corpus has the size that was promised', () => {
    expect(new Set(refusedPaths).size).toBeGreaterThanOrEqual(300);
  });

  test.each(refusedPaths.map((path) => [path]))('refuses %j', (path) => {
    expect(treePathFault(path)).toEqual(expect.any(String));
  });

  test.each(acceptedPaths.map((path) => [path]))('takes %j', (path) => {
    expect(treePathFault(path)).toBeNull();
  });

  test('whatever is taken stays below the root, in any normal form, and out of .git', () => {
    const piece = fc.constantFrom(
      '.',
      '..',
      '/',
      '\\',
      '.git',
      'a',
      ' ',
      '%2e',
      '．',
      '／',
      '~1',
      ':',
      'git',
      '\u200b',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.string({ maxLength: 5 }), (pieces, tail) => {
        const path = pieces.join('') + tail;
        if (treePathFault(path) !== null) return;
        for (const form of [path, path.normalize('NFKC'), path.normalize('NFC')]) {
          expect(posix.resolve('/root', form).startsWith('/root/')).toBe(true);
          expect(win32.resolve('C:\\root', form).startsWith('C:\\root\\')).toBe(true);
          expect(form.toLowerCase().split(/[/\\]/)).not.toContain('.git');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('branches', () => {
  test.each(['main', 'feature/x', 'release-1.2', 'user@host', 'a.b', '日本', 'rm-format-$HOME', '#12'])(
    'takes "%s"',
    (branch) => expect(refNameFault(branch)).toBeNull(),
  );

  test.each([
    '',
    '-x',
    '--upload-pack=x',
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    'HEAD',
    '@',
    'a b',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[b',
    'a\\b',
    'a@{1}',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    'a.lock',
    'a.lock/b',
    'refs/heads/main',
    'a\u0000',
    'a\nb',
    'a\u202eb',
    'a\u200bb',
    'x'.repeat(201),
  ])('refuses %j', (branch) => expect(refNameFault(branch)).toEqual(expect.any(String)));
});
