import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './run-program.ts';

/** What came of a test; of a file that failed without one, under a name that says so. */
export interface TestResult {
  /** From the repository's root. */
  readonly file: string;
  readonly name: string;
  /** What is skipped has not been tested: that is a failure. */
  readonly outcome: 'PASSED' | 'PASSED_WHEN_TRIED_AGAIN' | 'FAILED';
  /** The first line of why it failed, or failed first. */
  readonly why: string;
}

/** What a file failed by that is none of its tests. */
const ofFile = { unloaded: 'could not be loaded', around: 'before or after its tests' };
export const isOfFile = ({ name }: TestResult): boolean => Object.values(ofFile).includes(name);

export interface TestReport {
  readonly tests: readonly TestResult[];
  /** Errors of no test and no file. */
  readonly errors: readonly string[];
}

interface VitestTest {
  status: string;
  fullName: string;
  failureMessages?: (string | null)[] | null;
}

interface VitestFile {
  name: string;
  status: string;
  message?: string | null;
  assertionResults: VitestTest[];
}

interface VitestReport {
  testResults: VitestFile[];
}

interface PlaywrightSuite {
  title: string;
  suites?: PlaywrightSuite[];
  specs?: PlaywrightSpec[];
}

interface PlaywrightSpec {
  title: string;
  file: string;
  tests: PlaywrightTest[];
}

interface PlaywrightTest {
  status: 'expected' | 'unexpected' | 'flaky' | 'skipped';
  results: { error?: { message?: string } }[];
}

interface PlaywrightReport {
  config: { rootDir: string };
  suites: PlaywrightSuite[];
  errors: { message?: string }[];
}

/** What nobody caught is in what Vitest said alone, under a heading of its own. */
const uncaught = /^.*Unhandled (?:Error|Rejection)s?.*$/m;

export function readVitestReport(file: string, output: string): TestReport {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  const [heading] = uncaught.exec(stripVTControlCharacters(output)) ?? [];
  return { tests: testResults.flatMap(resultsOfFile), errors: heading === undefined ? [] : [heading] };
}

/** A file may fail though none of its tests does: it could not be loaded, or left something open. */
function resultsOfFile({ name: path, status, message, assertionResults }: VitestFile): TestResult[] {
  const file = relative(root, path);
  const tests = assertionResults.map(({ fullName, status: came, failureMessages }): TestResult => {
    const why = firstLine(failureMessages?.[0]);
    if (came !== 'passed') return { file, name: fullName, outcome: 'FAILED', why: why || came };
    const outcome = (failureMessages?.length ?? 0) > 0 ? 'PASSED_WHEN_TRIED_AGAIN' : 'PASSED';
    return { file, name: fullName, outcome, why };
  });
  const isByItself = status === 'failed' && tests.every(({ outcome }) => outcome !== 'FAILED');
  const name = tests.length === 0 ? ofFile.unloaded : ofFile.around;
  return isByItself ? [...tests, { file, name, outcome: 'FAILED', why: firstLine(message) }] : tests;
}

const outcomes = {
  expected: 'PASSED',
  flaky: 'PASSED_WHEN_TRIED_AGAIN',
  unexpected: 'FAILED',
  skipped: 'FAILED',
} as const;

export function readPlaywrightReport(file: string): TestReport {
  const { config, suites, errors } = JSON.parse(readFileSync(file, 'utf8')) as PlaywrightReport;
  const resultsOf = (
    { suites: inner = [], specs = [] }: PlaywrightSuite,
    titles: readonly string[] = [],
  ): TestResult[] => [
    ...specs.flatMap((spec) =>
      spec.tests.map(({ status, results }) => ({
        file: relative(root, resolve(config.rootDir, spec.file)),
        name: [...titles, spec.title].join(' '),
        outcome: outcomes[status],
        why: firstLine(results[0]?.error?.message),
      })),
    ),
    ...inner.flatMap((suite) => resultsOf(suite, [...titles, suite.title])),
  ];
  return {
    tests: suites.flatMap((suite) => resultsOf(suite)),
    errors: errors.map(({ message }) => firstLine(message)),
  };
}

/** What was thrown may be no error, and then there is no message. */
const firstLine = (message: string | null | undefined): string =>
  stripVTControlCharacters(message ?? '').split('\n', 1)[0] ?? '';
