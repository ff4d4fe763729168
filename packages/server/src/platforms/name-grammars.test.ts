import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandWords } from '../../testing/command-corpus.ts';
import { refusedPaths } from '../../testing/path-corpus.ts';
import { commitIdInput } from './git/branch-input.ts';
import { repoTagInput } from './git/repo-tag-schema.ts';
import { idPattern } from './drive/folders.ts';
import { deploymentInput } from './kubernetes/deployment-input.ts';
import { idPattern as notionId } from './notion/workspace.ts';
import { scalingInput } from './porch/scaling-input.ts';
import { channelId } from './slack/workspace.ts';
import { idSchema as trelloId } from './trello/account.ts';

/** Every param that becomes part of a path, a URL, an argument or a file of a program, by its grammar. */
const sinks: Readonly<Record<string, (text: unknown) => boolean>> = {
  'kubernetes namespace': (text) => deploymentInput.namespace.safeParse(text).success,
  'kubernetes name': (text) => deploymentInput.name.safeParse(text).success,
  'porch target': (text) => takesScaling({ target: text }),
  'porch namespace': (text) => takesScaling({ namespace: text }),
  'porch correlation_id': (text) => text !== '' && takesScaling({ correlation_id: text }),
  'porch timeout': (text) => takesScaling({ timeout: text }),
  'git commit': (text) => commitIdInput.safeParse(text).success,
  'drive file': (text) => typeof text === 'string' && idPattern.test(text),
  'notion page': (text) => typeof text === 'string' && notionId.test(text),
  'slack channel': (text) => typeof text === 'string' && channelId.test(text),
  'trello card': (text) => trelloId.safeParse(text).success,
};
const takesScaling = (params: object): boolean =>
  scalingInput.safeParse({ target: 'web', namespace: 'shop', replicas: 1, ...params }).success;
const takesTag = (tag: unknown): boolean =>
  repoTagInput.safeParse({ repository: 'demo', branch: 'main', tag }).success;

const corpus = [...refusedPaths, ...commandWords];
const legitimate: Readonly<Record<keyof typeof sinks, readonly string[]>> = {
  'kubernetes namespace': ['shop', 'rm', 'format', 'a-1'],
  'kubernetes name': ['web', 'web.v2', 'drop-table', 'x'.repeat(63)],
  'porch target': ['cnf-simulator', 'rm', 'du.oran'],
  'porch namespace': ['oran-sim', 'kill'],
  'porch correlation_id': ['test-001', 'rm', 'a_b'],
  'porch timeout': ['30s', '2m', '600s'],
  'git commit': ['4b825dc642cb6eb9a060e54bf8d69288fbee4904'],
  'drive file': ['1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms'],
  'notion page': ['59833787-2cf9-4fdf-8782-e53db20768a5'],
  'slack channel': ['C0OPS', 'D0123456789'],
  'trello card': ['5abbe4b7ddc1b351ef961414'],
};
/** What a grammar takes although it stands in the corpus: it comes to stand in a file or within a URL, never as an argument. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  'porch correlation_id': ['-rf', '-', '--', '--help', 'A', 'a_b'],
  'drive file': ['-rf', '-', '--', '--help', 'A', 'a_b'],
};

describe.each(Object.entries(sinks))('%s', (name, takes) => {
  test(`takes none of ${corpus.length} strings that mean more than a name`, () => {
    const taken = corpus.filter(takes).filter((text) => !harmless[name]?.includes(text));
    expect(taken).toEqual([]);
  });

  test.each(legitimate[name] ?? [])('takes %j', (text) => {
    expect(takes(text)).toBe(true);
  });

  test('takes nothing that leaves a folder or ends a word', () => {
    const piece = fc.constantFrom(
      'a',
      '9',
      '-',
      '.',
      '..',
      '/',
      '\\',
      ' ',
      '\n',
      '$',
      '`',
      ';',
      '%2e',
      'Ａ',
      '\u200b',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        if (!takes(text)) return;
        expect(text).toMatch(/^[A-Za-z0-9._-]+$/);
        expect(text.split('.')).not.toContain('');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('git tag', () => {
  test('takes none that git, a path or an option would read as something else', () => {
    const taken = corpus.filter(takesTag);
    expect(taken.filter((text) => /^[-/~.]|\.\.|[\s\\:?*[\u200b\u202e\0]|@\{|\/$|\/\//.test(text))).toEqual(
      [],
    );
  });
});
