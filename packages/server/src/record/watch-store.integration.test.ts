import { afterAll, beforeAll, expect, test } from 'vitest';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createWatchStore } from './watch-store.ts';

const waiting = 10_000;
let world: World;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  const task = await world.agent.submits(aRiskyTask());
  // Many more of the same, as far as a watch looks at them.
  await world.owner.query(
    `WITH made AS (
       INSERT INTO task SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'idempotency_key', 'many-' || n))).*
       FROM task t, generate_series(2, $2::int) n WHERE t.id = $1 RETURNING id)
     INSERT INTO approval_request SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'task_id', made.id))).*
     FROM approval_request a, made WHERE a.task_id = $1`,
    [task.id, waiting],
  );
  await world.owner.query('ANALYZE task, approval_request');
});
afterAll(() => world[Symbol.asyncDispose]());

test('of ten thousand that wait each is taken once, and what waits no more is forgotten', async () => {
  const watches = createWatchStore(world.services.database);
  const terms = { againAfterMs: 0, beforeRevision: 5 };
  let enrolments = 1;
  while (await watches.enrol(terms)) enrolments += 1;
  // The last finds that nothing is left.
  expect(enrolments).toBe(waiting / 1_000 + 1);
  await world.owner.query(
    `UPDATE task SET status = 'CANCELLED' WHERE id IN (SELECT id FROM task ORDER BY id LIMIT 500)`,
  );
  const later = { ...terms, againAfterMs: 3_600_000 };
  const seen = new Set<string>();
  let isFull = true;
  while (isFull) {
    const taken = await watches.takeDue(999, later);
    for (const { approvalId } of taken.due) seen.add(approvalId);
    ({ isFull } = taken);
  }
  expect(seen.size).toBe(waiting - 500);
  expect(await watches.takeDue(20, later)).toEqual({ due: [], isFull: false });
  const kept = await world.owner.query<{ count: number }>('SELECT count(*)::int AS count FROM target_watch');
  expect(kept).toEqual([{ count: waiting - 500 }]);
});

test('a round reads so many as it takes, however many there are', async () => {
  await world.owner.query(`UPDATE target_watch SET due_at = now() - interval '1 minute'`);
  await world.owner.query('ANALYZE target_watch, task, approval_request');
  const read = await world.services.database.transaction(async (tx) => {
    // What a session has read and not told anybody of yet, so it is the difference that counts.
    const rowsRead = async (): Promise<number> => {
      const [row] = await tx.query<{ rows: number }>(
        `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows FROM pg_stat_xact_user_tables
         WHERE relname IN ('task', 'approval_request', 'target_watch')`,
      );
      return row?.rows ?? 0;
    };
    const before = await rowsRead();
    const { due } = await createWatchStore(tx).takeDue(20, { againAfterMs: 3_600_000, beforeRevision: 5 });
    expect(due).toHaveLength(20);
    return (await rowsRead()) - before;
  });
  expect(read).toBeGreaterThanOrEqual(3 * 20);
  expect(read).toBeLessThan(10 * 20);
});
