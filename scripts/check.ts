import { availableParallelism } from 'node:os';
import { type Check, type CheckResult, preparation, readingChecks, testChecks } from './checks/list.ts';

/**
 * Runs all checks: those that only read side by side, those that run tests one after another, since they need
 * the machine. Ends with one line that counts the tests.
 */
async function runChecks(): Promise<void> {
  let passed = 0;
  let failed = 0;
  const run = async (check: Check): Promise<void> => {
    const startedAt = performance.now();
    const { exitCode, output, tests } = await runCheck(check);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const counts = tests ? `, ${tests.passed} passed, ${tests.failed} failed` : '';
    console.log(`${exitCode === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s${counts})`);
    if (exitCode !== 0) console.log(`\n${output.trim()}\n`);
    passed += tests?.passed ?? 0;
    // A check that fails without a failed test to show for it counts as one.
    failed += exitCode === 0 ? 0 : Math.max(tests?.failed ?? 0, 1);
  };
  const runInTurn = async (waiting: Check[]): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) await run(check);
  };
  await run(preparation);
  const waiting = [...readingChecks];
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, () => runInTurn(waiting)));
  await runInTurn([...testChecks]);
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
