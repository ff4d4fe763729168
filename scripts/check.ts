import {
  type Check,
  type CheckResult,
  preparation,
  quickTests,
  readingChecks,
  wholeTests,
} from './checks/list.ts';

/**
 * Runs all checks: those that run tests one after another, since they need the machine, and in what time these
 * leave the preparation, which the quick tests do without, and those that only read. Ends with one line that
 * counts the tests.
 */
async function runChecks(): Promise<void> {
  let passed = 0;
  let failed = 0;
  const failures: string[] = [];
  const again: string[] = [];
  const run = async (check: Check): Promise<void> => {
    const { name } = check;
    const startedAt = performance.now();
    const { exitCode, output, tests } = await runCheck(check);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const counts = tests ? `, ${tests.passed} passed, ${tests.failed} failed` : '';
    console.log(`${exitCode === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s${counts})`);
    if (exitCode !== 0) console.log(`\n${output.trim()}\n`);
    if (exitCode !== 0) failures.push(name, ...(tests?.failures ?? []).map((failure) => `  ${failure}`));
    again.push(...(tests?.again ?? []));
    passed += tests?.passed ?? 0;
    // A check that fails without a failed test to show for it counts as one.
    failed += exitCode === 0 ? 0 : Math.max(tests?.failed ?? 0, 1);
  };
  const runInTurn = async (checks: Iterable<Check>): Promise<void> => {
    for (const check of checks) await run(check);
  };
  await Promise.all([run(preparation), runInTurn(quickTests)]);
  // Two at a time: those that are left when the tests are through shall not have one core alone.
  const reading = readingChecks.values();
  await Promise.all([runInTurn(wholeTests), runInTurn(reading), runInTurn(reading)]);
  // Once more at the end: the outputs above are long, and whoever reads a cut one sees its end.
  if (again.length > 0) console.log(`Passed only when tried again:\n${again.join('\n')}`);
  if (failures.length > 0) console.log(`Failed:\n${failures.join('\n')}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function runCheck(check: Check): Promise<CheckResult> {
  try {
    return await check.run();
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    return { exitCode: 1, output: `${stdout}${stderr}` || message };
  }
}

await runChecks();
