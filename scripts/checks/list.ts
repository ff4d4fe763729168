import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from '../prepare.ts';
import { type ProgramResult, programOf, root, runProgram } from './run-program.ts';
import { readPlaywrightReport, readVitestReport, type TestCounts } from './test-reports.ts';

export interface CheckResult extends ProgramResult {
  /** Of checks that run tests. */
  tests?: TestCounts;
}

export interface Check {
  name: string;
  run(): Promise<CheckResult>;
}

const testLimitMs = 20 * 60_000;
const reportFolder = join(root, 'test-results');

/** What the others stand on. Everything in this file has to hold; CI runs it and nothing else. */
export const preparation: Check = { name: 'sources prepared', run: prepareSources };

/** The long ones first, so that the others fill the time beside them. */
export const readingChecks: readonly Check[] = [
  { name: 'lint', run: () => runProgram(programOf('eslint'), ['--max-warnings', '0', '.']) },
  { name: 'format', run: () => runProgram(programOf('prettier'), ['--check', '--log-level', 'warn', '.']) },
  { name: 'boundaries', run: checkBoundaries },
  { name: 'dead code', run: () => runProgram(programOf('knip')) },
  { name: 'types', run: () => runProgram(programOf('typescript', 'tsc'), ['-p', 'tsconfig.json']) },
  {
    name: 'types of the console',
    run: () => runProgram(programOf('typescript', 'tsc'), ['-p', 'packages/web']),
  },
  { name: 'migrations match the schema', run: () => runProgram('prisma/migrate.ts', ['check']) },
  { name: 'tables are what the models say', run: () => runProgram('prisma/generate.ts', ['--check']) },
  { name: 'GraphQL schema is printed', run: () => runProgram('scripts/print-schema.ts', ['--check']) },
  { name: 'policy bundle is built', run: () => runProgram('scripts/build-policies.ts', ['--check']) },
];

export const testChecks: readonly Check[] = [
  { name: 'unit tests', run: () => runVitest('unit') },
  { name: 'tests of the console', run: () => runVitest('web') },
  { name: 'integration tests', run: () => runVitest('integration') },
  { name: 'end-to-end tests', run: runPlaywright },
];

async function prepareSources(): Promise<CheckResult> {
  await prepare();
  return { exitCode: 0, output: '' };
}

function checkBoundaries(): Promise<CheckResult> {
  const folders = ['packages', 'prisma', 'scripts', 'e2e', 'bench', 'examples'];
  return runProgram(programOf('dependency-cruiser', 'depcruise'), ['--output-type', 'err', ...folders]);
}

async function runVitest(project: string): Promise<CheckResult> {
  const file = freshReport(`${project}.json`);
  const reporters = [
    '--reporter=dot',
    '--silent=passed-only',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const args = ['run', '--project', project, ...reporters];
  const result = await runProgram(programOf('vitest'), args, { limitMs: testLimitMs });
  return withCounts(result, () => readVitestReport(file));
}

async function runPlaywright(): Promise<CheckResult> {
  const file = freshReport('e2e.json');
  process.env.PLAYWRIGHT_JSON_OUTPUT_FILE = file;
  const args = ['test', '-c', 'e2e/playwright.config.ts', '--reporter=list,json'];
  const result = await runProgram(programOf('@playwright/test', 'playwright'), args, {
    limitMs: testLimitMs,
  });
  return withCounts(result, () => readPlaywrightReport(file));
}

function freshReport(name: string): string {
  mkdirSync(reportFolder, { recursive: true });
  const file = join(reportFolder, name);
  rmSync(file, { force: true });
  return file;
}

/** A run that wrote no report, or an empty one, has tested nothing: that is a failure, whatever it says. */
function withCounts(result: ProgramResult, read: () => TestCounts): CheckResult {
  try {
    const tests = read();
    const isEmpty = tests.passed + tests.failed === 0;
    return { ...result, tests, exitCode: tests.failed > 0 || isEmpty ? 1 : result.exitCode };
  } catch {
    return { ...result, exitCode: result.exitCode || 1 };
  }
}
