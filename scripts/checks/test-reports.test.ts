import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { programOf, root, runProgram } from './run-program.ts';
import { readPlaywrightReport, readVitestReport, type TestResult } from './test-reports.ts';

let folder: string;
let report: string;

beforeEach(async () => {
  // Where programs of the repository find their packages, and no check looks for tests.
  const parent = join(root, 'test-results');
  await mkdir(parent, { recursive: true });
  folder = await mkdtemp(join(parent, 'reports-'));
  report = join(folder, 'report.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const told = (tests: readonly TestResult[]): readonly string[] =>
  tests.map(
    ({ file, name, outcome, why }) => `${relative(folder, join(root, file))} ${name} ${outcome} ${why}`,
  );

const runVitest = async () => {
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['run', '--root', folder, '--retry=1', ...reporters];
  const { output, exitCode } = await runProgram(programOf('vitest'), args);
  return { exitCode, ...readVitestReport(report, output) };
};

test('a report of Vitest tells what passed, what passed when tried again, and what failed', async () => {
  await write(
    'a.test.js',
    `import { afterAll, expect, test } from 'vitest';
     let tries = 0;
     test('well', () => undefined);
     test('late', () => { tries += 1; if (tries === 1) throw new Error('too late\\nby a second'); });
     test('wrong', () => expect(1).toBe(2));
     test.skip('left out', () => undefined);`,
  );
  await write(
    'b.test.js',
    `import { afterAll, test } from 'vitest';
     test('well', () => undefined);
     afterAll(() => { throw new Error('something is open'); });`,
  );
  await write('c.test.js', `throw new Error('broken');`);
  const { exitCode, tests, errors } = await runVitest();
  expect(exitCode).toBe(1);
  expect(told(tests).toSorted()).toEqual([
    'a.test.js late PASSED_WHEN_TRIED_AGAIN Error: too late',
    'a.test.js left out FAILED skipped',
    'a.test.js well PASSED ',
    expect.stringMatching(/^a.test.js wrong FAILED AssertionError: expected 1 to be 2/),
    'b.test.js before or after its tests FAILED something is open',
    'b.test.js well PASSED ',
    'c.test.js could not be loaded FAILED broken',
  ]);
  expect(errors).toEqual([]);
});

test('a report of Vitest tells of an error that nobody caught', async () => {
  await write(
    'a.test.js',
    `import { test } from 'vitest';
     test('well', async () => {
       void Promise.reject(new Error('uncaught'));
       await new Promise((resolve) => setTimeout(resolve, 50));
     });`,
  );
  const { exitCode, tests, errors } = await runVitest();
  expect({ exitCode, told: told(tests) }).toEqual({ exitCode: 1, told: ['a.test.js well PASSED '] });
  expect(errors).toEqual([expect.stringContaining('Unhandled')]);
});

test('a report of Playwright tells the same', async () => {
  await write(
    'playwright.config.js',
    `export default { testDir: '.', outputDir: 'output', testMatch: '*.spec.js', retries: 1, workers: 1 };`,
  );
  await write(
    'a.spec.js',
    `import { expect, test } from '@playwright/test';
     test('well', () => undefined);
     test('late', ({}, { retry }) => { if (retry === 0) throw new Error('too late'); });
     test.describe('some', () => { test('wrong', () => expect(1).toBe(2)); });
     test.skip('left out', () => undefined);`,
  );
  const run = async () => {
    process.env.PLAYWRIGHT_JSON_OUTPUT_FILE = report;
    const args = ['test', '-c', join(folder, 'playwright.config.js'), '--reporter=json'];
    const { exitCode } = await runProgram(programOf('@playwright/test', 'playwright'), args);
    return { exitCode, ...readPlaywrightReport(report) };
  };
  const { exitCode, tests, errors } = await run();
  expect(exitCode).toBe(1);
  expect(told(tests).toSorted()).toEqual([
    'a.spec.js late PASSED_WHEN_TRIED_AGAIN Error: too late',
    'a.spec.js left out FAILED ',
    expect.stringMatching(/^a.spec.js some wrong FAILED Error: expect/),
    'a.spec.js well PASSED ',
  ]);
  expect(errors).toEqual([]);
  await write('b.spec.js', `throw new Error('broken');`);
  expect((await run()).errors).toEqual([expect.stringContaining('broken')]);
});
