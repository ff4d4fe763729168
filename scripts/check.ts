import {
  type Check,
  type CheckResult,
  preparation,
  quickTests,
  readingChecks,
  wholeTests,
} from './checks/list.ts';
import { type EndedCheck, runFailedOnceMore } from './checks/once-more.ts';
import type { TestReport, TestResult } from './checks/test-reports.ts';

/**
 * Runs all checks: those that run tests one after another, since they need the machine, and in what time these
 * leave the preparation, which the quick tests do without, and those that only read. A few files of failed tests
 * are run once more, alone, at the end. Ends with one line that counts the tests.
 */
async function runChecks(): Promise<void> {
  const ended = new Map<Check, EndedCheck>();
  const runInTurn = async (checks: Iterable<Check>): Promise<void> => {
    for (const check of checks)
      ended.set(check, { check, result: await runTold(check.name, () => check.run()) });
  };
  await Promise.all([runInTurn([preparation]), runInTurn(quickTests)]);
  // Two at a time: those that are left when the tests are through shall not have one core alone.
  const reading = readingChecks.values();
  await Promise.all([runInTurn(wholeTests), runInTurn(reading), runInTurn(reading)]);
  for (const again of await runFailedOnceMore([...ended.values()], runTold)) ended.set(again.check, again);
  summarize([...ended.values()]);
}

async function runTold(name: string, run: () => Promise<CheckResult>): Promise<CheckResult> {
  const startedAt = performance.now();
  const result = await run().catch(failureOf);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const { exitCode, output, report } = result;
  const counts = report ? `, ${passedOf(report).length} passed, ${failedOf(report).length} failed` : '';
  console.log(`${exitCode === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s${counts})`);
  if (exitCode !== 0) console.log(`\n${output.trim()}\n`);
  return result;
}

/** Once more at the end: the outputs above are long, and whoever reads a cut one sees its end. */
function summarize(ended: readonly EndedCheck[]): void {
  const again: string[] = [];
  const failures: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const { check, result } of ended) {
    const { report = nothing, exitCode } = result;
    again.push(...passedOf(report).filter(isTriedAgain).map(lineOf));
    passed += passedOf(report).length;
    if (exitCode === 0) continue;
    failures.push(check.name, ...failedOf(report).map((test) => `  ${lineOf(test)}`));
    failures.push(...report.errors.map((error) => `  ${error}`));
    // A check that fails without a failed test to show for it counts as one.
    failed += Math.max(failedOf(report).length + report.errors.length, 1);
  }
  if (again.length > 0) console.log(`Passed only when tried again:\n${again.join('\n')}`);
  if (failures.length > 0) console.log(`Failed:\n${failures.join('\n')}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

const nothing: TestReport = { tests: [], errors: [] };
const isFailed = ({ outcome }: TestResult): boolean => outcome === 'FAILED';
const isTriedAgain = ({ outcome }: TestResult): boolean => outcome === 'PASSED_WHEN_TRIED_AGAIN';
const failedOf = ({ tests }: TestReport): readonly TestResult[] => tests.filter(isFailed);
const passedOf = ({ tests }: TestReport): readonly TestResult[] => tests.filter((test) => !isFailed(test));
const lineOf = ({ file, name, why }: TestResult): string => `${file}: ${name}: ${why}`;

function failureOf(error: unknown): CheckResult {
  const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
  return { exitCode: 1, output: `${stdout}${stderr}` || message, isKilled: false };
}

await runChecks();
