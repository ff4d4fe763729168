import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { testConfig } from '../../testing/test-config.ts';
import { installedSpecialists } from '../agents/installed.ts';
import { evaluateAgents } from '../evaluation/evaluate-agents.ts';
import { reportText, totalsOf } from '../evaluation/evaluation-report.ts';
import { readEvaluationSet } from '../evaluation/evaluation-set.ts';
import { createLogger } from '../infra/logger.ts';

test('every agent plans the goals of its set as it is expected to, from recorded answers', async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createTestDatabase());
  const home = await mkdtemp(join(tmpdir(), 'countersign-evaluation-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const reports = await evaluateAgents({
    config: { ...testConfig(database.connectionString, home), sandbox: true },
    logger: createLogger({ level: 'fatal' }),
    sets: installedSpecialists.map(({ name }) => readEvaluationSet(name)),
    isLive: false,
  });
  expect(reports.flatMap(({ cases }) => cases.filter(({ faults }) => faults.length > 0))).toEqual([]);
  expect(reports).toHaveLength(10);
  for (const report of reports) {
    const totals = totalsOf(report);
    expect(totals.valid, report.agent).toBe(totals.cases);
    expect(totals.costMicros, report.agent).toBeGreaterThan(0);
    // What its tools said stands in its report; the routine of the SOP agent asks none.
    if (report.agent !== 'sop_agent') expect(totals.cited, report.agent).toBeGreaterThan(0);
  }
  expect(reportText(reports)).toMatch(/^agent +planner +valid .*\ndrift_agent +recorded +3\/3 +3\/3 /);
});
