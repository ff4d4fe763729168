import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './run-program.ts';

export interface TestCounts {
  passed: number;
  failed: number;
  /** Which failed: file, name, and the first line of why. */
  failures: string[];
  /** Which passed only when they were tried again, and why they failed first. */
  again: string[];
}

interface VitestTest {
  status: string;
  fullName: string;
  failureMessages?: (string | null)[] | null;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; message?: string | null; assertionResults: VitestTest[] }[];
}

interface PlaywrightSuite {
  suites?: PlaywrightSuite[];
  specs?: PlaywrightSpec[];
}

interface PlaywrightSpec {
  title: string;
  file: string;
  ok: boolean;
  tests: PlaywrightTest[];
}

interface PlaywrightTest {
  results: { error?: { message?: string } }[];
}

interface PlaywrightReport {
  suites: PlaywrightSuite[];
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: unknown[];
}

/** A file that could not be loaded has no tests, but it has failed; what is skipped has not been tested. */
export function readVitestReport(file: string): TestCounts {
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numPendingTests + report.numTodoTests + unloaded.length,
    failures: [
      ...unloaded.map(({ name, message }) => describeFailure(name, 'could not be loaded', message)),
      ...report.testResults.flatMap(({ name, assertionResults }) =>
        assertionResults
          .filter(({ status }) => status !== 'passed')
          .map(({ fullName, status, failureMessages }) =>
            describeFailure(name, fullName, failureMessages?.[0] ?? status),
          ),
      ),
    ],
    again: report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status, failureMessages }) => status === 'passed' && (failureMessages?.length ?? 0) > 0)
        .map(({ fullName, failureMessages }) => describeFailure(name, fullName, failureMessages?.[0])),
    ),
  };
}

export function readPlaywrightReport(file: string): TestCounts {
  const { stats, suites, errors } = JSON.parse(readFileSync(file, 'utf8')) as PlaywrightReport;
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + stats.skipped + errors.length,
    failures: suites.flatMap((suite) => describeSpecs(suite, ({ ok }) => !ok)),
    again: suites.flatMap((suite) => describeSpecs(suite, isFlaky)),
  };
}

function describeSpecs(
  { suites = [], specs = [] }: PlaywrightSuite,
  isTold: (spec: PlaywrightSpec) => boolean,
): string[] {
  return [
    ...specs
      .filter(isTold)
      .map(({ file, title, tests }) => describeFailure(file, title, tests[0]?.results[0]?.error?.message)),
    ...suites.flatMap((suite) => describeSpecs(suite, isTold)),
  ];
}

const isFlaky = ({ ok, tests }: PlaywrightSpec): boolean =>
  ok && tests.some(({ results }) => results.length > 1);

/** What was thrown may be no error, and then there is no message. */
function describeFailure(file: string, name: string, message: string | null | undefined): string {
  return `${relative(root, resolve(root, file))}: ${name}: ${stripVTControlCharacters(message ?? '').split('\n', 1)[0]}`;
}
