import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from '../prepare.ts';
import { type ProgramResult, programOf, root, runProgram } from './run-program.ts';
import { readPlaywrightReport, readVitestReport, type TestReport } from './test-reports.ts';

export interface CheckResult extends ProgramResult {
  /** Of checks that run tests. */
  report?: TestReport;
}

export interface Check {
  name: string;
  run(): Promise<CheckResult>;
  /** Of checks that run tests: these files alone, one after another. */
  readonly runFiles?: (files: readonly string[]) => Promise<CheckResult>;
}

// The integration tests took 38 minutes beside other work on the slowest machine so far: they end what hangs, and nothing else.
const testLimitMs = 52 * 60_000;
const readingLimitMs = 80 * 60_000;
const onceMoreLimitMs = 20 * 60_000;
const reportFolder = join(root, 'test-results');

/** What the others stand on. Everything in this file has to hold; CI runs it and nothing else. */
export const preparation: Check = { name: 'sources prepared', run: prepareSources };

/** The longest first. */
export const readingChecks: readonly Check[] = [
  reading('lint and types', programOf('oxlint'), ['.']),
  reading('format', programOf('oxfmt'), ['--check', '.']),
  reading('dead code', programOf('knip')),
  reading('boundaries', programOf('dependency-cruiser', 'depcruise'), [
    '--output-type',
    'err',
    ...['packages', 'prisma', 'scripts', 'e2e', 'bench', 'examples', 'deploy'],
  ]),
  reading('migrations match the schema', 'prisma/migrate.ts', ['check']),
  reading('tables are what the models say', 'prisma/generate.ts', ['--check']),
  reading('GraphQL schema is printed', 'scripts/print-schema.ts', ['--check']),
  reading('licences', 'scripts/check-licences.ts'),
  reading('policy bundle is built', 'scripts/build-policies.ts', ['--check']),
];

/** They need nothing but the sources. */
export const quickTests: readonly Check[] = [
  ofVitest('unit tests', 'unit'),
  ofVitest('tests of the console', 'web'),
];

export const wholeTests: readonly Check[] = [
  ofVitest('integration tests', 'integration'),
  { name: 'end-to-end tests', run: () => runPlaywright(), runFiles: runPlaywright },
];

async function prepareSources(): Promise<CheckResult> {
  await prepare();
  return { exitCode: 0, output: '', isKilled: false };
}

/** They run beside the tests, which wait for much, and are to take no time from them. */
function reading(name: string, file: string, args: string[] = []): Check {
  return { name, run: () => runProgram(file, args, { limitMs: readingLimitMs, givesWay: true }) };
}

function ofVitest(name: string, project: string): Check {
  return { name, run: () => runVitest(project), runFiles: (files) => runVitest(project, files) };
}

async function runVitest(project: string, files?: readonly string[]): Promise<CheckResult> {
  const file = freshReport(`${project}${files ? '-once-more' : ''}.json`);
  const reporters = [
    '--reporter=dot',
    '--silent=passed-only',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const args = ['run', '--project', project, ...reporters, ...(files ? ['--maxWorkers=1', ...files] : [])];
  const limitMs = files ? onceMoreLimitMs : testLimitMs;
  const result = await runProgram(programOf('vitest'), args, { limitMs });
  return withReport(result, () => readVitestReport(file, result.output));
}

async function runPlaywright(files?: readonly string[]): Promise<CheckResult> {
  const file = freshReport(`e2e${files ? '-once-more' : ''}.json`);
  process.env.PLAYWRIGHT_JSON_OUTPUT_FILE = file;
  // It takes them for regular expressions.
  const alone = files && ['--workers=1', ...files.map((each) => `/${each.replaceAll('.', String.raw`\.`)}$`)];
  const args = ['test', '-c', 'e2e/playwright.config.ts', '--reporter=list,json', ...(alone ?? [])];
  const limitMs = files ? onceMoreLimitMs : testLimitMs;
  const result = await runProgram(programOf('@playwright/test', 'playwright'), args, { limitMs });
  return withReport(result, () => readPlaywrightReport(file));
}

function freshReport(name: string): string {
  mkdirSync(reportFolder, { recursive: true });
  const file = join(reportFolder, name);
  rmSync(file, { force: true });
  return file;
}

/** A run that wrote no report, or an empty one, has tested nothing: that is a failure, whatever it says. */
function withReport(result: ProgramResult, read: () => TestReport): CheckResult {
  try {
    const report = read();
    const isWhole = report.tests.length > 0 && report.tests.every(({ outcome }) => outcome !== 'FAILED');
    return { ...result, report, exitCode: isWhole ? result.exitCode : 1 };
  } catch (error) {
    const output = `${result.output}\nIts report cannot be read: ${String(error)}`;
    return { ...result, output, exitCode: result.exitCode || 1 };
  }
}
