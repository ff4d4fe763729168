import {
  actionCategories,
  environments,
  risks,
  stopModes,
  stopScopes,
  stopStages,
} from '@countersign/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { createRecordedWork } from '../../testing/recorded-work.ts';
import { covers, stops, type KillSwitch, type StopSubject } from '../domain/kill-switch.ts';
import type { Database } from '../infra/database.ts';
import { newId } from '../infra/ids.ts';
import { createStopRound } from './leases/stop-round.ts';

const stack = new AsyncDisposableStack();
let database: Database;
let owner: Database;
beforeAll(async () => {
  const testDatabase = stack.use(await createTestDatabase());
  database = stack.use(testDatabase.open());
  owner = stack.use(testDatabase.open({ as: 'OWNER' }));
});
afterAll(() => stack.disposeAsync());

const [ours, theirs, bot, ada, taskId] = Array.from({ length: 5 }, newId) as [
  string,
  string,
  string,
  string,
  string,
];
const anySwitch = fc.record({
  tenantId: fc.constantFrom(ours, theirs),
  kind: fc.constantFrom(...stopScopes),
  value: fc.constantFrom(null, ...environments, 'git', 'http', bot, ada, 'repo.commit', 'repo.commit@1', 'x'),
  mode: fc.constantFrom(...stopModes),
  isDrill: fc.boolean(),
  stage: fc.constantFrom(...stopStages),
});
/** As rows can have it: everything but the risk is always there. */
const anySubject: fc.Arbitrary<StopSubject> = fc.record({
  tenantId: fc.constantFrom(ours, theirs),
  environment: fc.constantFrom(...environments),
  agentId: fc.constantFrom(bot, ada),
  platform: fc.constantFrom('git', 'http'),
  name: fc.constantFrom('repo.commit', 'repo', 'http.request'),
  version: fc.integer({ min: 1, max: 2 }),
  category: fc.constantFrom(...actionCategories),
  risk: fc.constantFrom(null, ...risks),
});

test('the gate in the database stops what the domain stops, and nothing else', async () => {
  const steps = actionCategories.map((category) => ({ category }));
  await owner.transaction(async (tx) => {
    await tx.query(`SET LOCAL session_replication_role = 'replica'`);
    await tx.query(
      `INSERT INTO plan (id, tenant_id, task_id, revision, hash, document, presentation, summary, risk, created_at)
       VALUES ($1, $2, $3, 1, 'h', '{}', $4, '', 'LOW', now())`,
      [newId(), ours, taskId, JSON.stringify({ riskFactors: [], steps })],
    );
  });
  const cases = fc.sample(fc.tuple(anySwitch, anySubject), 3_000);
  const rows = cases.map(([{ tenantId, isDrill, ...each }, subject]) => ({
    k: { ...each, tenant_id: tenantId, is_drill: isDrill },
    s: {
      platform: subject.platform,
      action_type: `${subject.name}@${subject.version}`,
      kind: 'ACTION',
      ordinal: actionCategories.indexOf(subject.category),
    },
    t: {
      id: taskId,
      revision: 1,
      tenant_id: subject.tenantId,
      environment: subject.environment,
      submitted_by_id: subject.agentId,
      risk: subject.risk,
    },
  }));
  const found = await database.query<{ covers: boolean | null; holds: boolean | null }>(
    `SELECT stop_covers(k, s, t) AS covers, stop_holds(k, s, t) AS holds
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given(it, place),
            jsonb_populate_record(NULL::kill_switch, it->'k') AS k,
            jsonb_populate_record(NULL::step, it->'s') AS s, jsonb_populate_record(NULL::task, it->'t') AS t
      ORDER BY place`,
    [JSON.stringify(rows)],
  );
  const differing = cases.flatMap(([given, subject], at) => {
    const each = given as KillSwitch;
    const said = { covers: covers(each, subject), holds: stops(each, subject) };
    // No row at all is no yes either.
    const gate = { covers: found[at]?.covers ?? false, holds: found[at]?.holds ?? false };
    return JSON.stringify(said) === JSON.stringify(gate) ? [] : [{ each, subject, said, gate }];
  });
  expect(found.some(({ holds }) => holds)).toBe(true);
  expect(differing).toEqual([]);
});

test('a worker is quiet once no claim is under way that began before it saw the stop, and has nothing in hand', async () => {
  const work = createRecordedWork(owner);
  const tenantId = await work.tenant();
  const leaseUntil = new Date(Date.now() + 60_000);
  const [step] = await work.steps(await work.task(tenantId), [
    { state: 'RUNNING', worker: 'one', leaseUntil },
  ]);
  if (!step) throw new Error('There is no step.');
  const id = newId();
  await owner.query(
    `INSERT INTO kill_switch VALUES ($1, $2, 'TENANT', NULL, 'HALT', false, 'why', NULL, now(), 'STOPPED', now(), 1, '[]')`,
    [id, tenantId],
  );
  const client = {
    query: async (text: string, values: unknown[]) => ({ rows: await database.query(text, values) }),
  };
  let nextClaim = 2n;
  const lookForStops = createStopRound('one', () => nextClaim);
  const look = async (inHand: readonly string[], claimedBefore: bigint) => {
    const { halted } = await lookForStops(client as never, inHand, claimedBefore);
    const [ack] = await database.query<{ isQuiet: boolean }>(
      'SELECT quiet_at IS NOT NULL AS "isQuiet" FROM kill_switch_ack WHERE switch_id = $1',
      [id],
    );
    return { isQuiet: ack?.isQuiet, halted: halted.map(({ stepId }) => stepId) };
  };
  // Claim 1 is under way, and its step comes into hand.
  expect(await look([], 1n)).toEqual({ isQuiet: false, halted: [] });
  nextClaim = 3n;
  expect(await look([step.id], 2n)).toEqual({ isQuiet: false, halted: [step.id] });
  // Claim 2, which is still under way, began later.
  expect(await look([], 2n)).toEqual({ isQuiet: true, halted: [] });
  expect(await look([], 2n)).toEqual({ isQuiet: true, halted: [] });
});
