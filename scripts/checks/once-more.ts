import type { Check, CheckResult } from './list.ts';
import { isOfFile, type TestResult } from './test-reports.ts';

export interface EndedCheck {
  readonly check: Check;
  readonly result: CheckResult;
}

/** Over all checks: where more fails, it is not for want of a processor. */
const mostFiles = 8;

/**
 * Runs the files of failed tests once more, alone, once everything else is over: of thousands of tests that run
 * beside each other on a slow machine, one or two miss their time. Where more failed than a few files of tests,
 * the run fails whatever these would do, and nothing is run again.
 */
export async function runFailedOnceMore(
  ended: readonly EndedCheck[],
  runTold: (name: string, run: () => Promise<CheckResult>) => Promise<CheckResult>,
): Promise<EndedCheck[]> {
  const failed = ended.filter(({ result }) => result.exitCode !== 0);
  const files = failed.map(({ result }) => failedFiles(result));
  if (files.some((some) => some.length === 0) || files.flat().length > mostFiles) return [];
  const again: EndedCheck[] = [];
  for (const { check, result } of failed) {
    const { runFiles } = check;
    if (!runFiles) continue;
    const second = await runTold(`${check.name}, once more`, () => runFiles(failedFiles(result)));
    again.push({ check, result: afterBoth(result, second) });
  }
  return again;
}

/** None where not all that failed of a check is in files of tests, and it was told what came of them. */
const failedFiles = ({ report, isKilled }: CheckResult): string[] =>
  report === undefined || report.errors.length > 0 || isKilled
    ? []
    : [...new Set(report.tests.filter(isFailed).map(({ file }) => file))];

const isFailed = ({ outcome }: TestResult): boolean => outcome === 'FAILED';

/** The second run has the last word of the tests that it ran, and of those alone. */
function afterBoth(first: CheckResult, second: CheckResult): CheckResult {
  const { tests: before = [] } = first.report ?? {};
  const { tests: after = [], errors = [] } = second.report ?? {};
  const ran = new Set(after.map(({ file }) => file));
  const known = new Set(after.map(keyOf));
  const failedFirst = new Map(
    before.filter(({ outcome }) => outcome !== 'PASSED').map((test) => [keyOf(test), test]),
  );
  const tests = [
    ...before
      .filter((test) => !known.has(keyOf(test)))
      // What failed around the tests of a file would have failed once more.
      .map((test) => (isOfFile(test) && ran.has(test.file) ? whenTriedAgain(test) : test)),
    ...after.map((test) => {
      const earlier = failedFirst.get(keyOf(test));
      return earlier && !isFailed(test) ? whenTriedAgain(earlier) : test;
    }),
  ];
  return { ...second, report: { tests, errors }, exitCode: tests.some(isFailed) ? 1 : second.exitCode };
}

const whenTriedAgain = (test: TestResult): TestResult => ({ ...test, outcome: 'PASSED_WHEN_TRIED_AGAIN' });

const keyOf = ({ file, name }: TestResult): string => `${file}: ${name}`;
