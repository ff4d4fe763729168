import { expiresSoonMs } from '@countersign/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCrowd } from '../../testing/crowd.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createRecordedWork, type RecordedWork } from '../../testing/recorded-work.ts';
import type { ApprovalRequest } from '../domain/approval-request.ts';
import type { Database } from '../infra/database.ts';
import type { ApprovalFilter } from './approval-pages.ts';
import { openPlace, placeOf } from '../modules/approvals/approval-place.ts';
import { createApprovalStore, type ApprovalStore } from './approval-store.ts';
import { wholeTenant } from '../domain/sight.ts';

const waiting = 2_400;
const size = 50;

let server: TestDatabase;
let database: Database;
let store: ApprovalStore;
let work: RecordedWork;
let tenantId: string;
let all: ApprovalFilter;

beforeAll(async () => {
  server = await createTestDatabase();
  database = server.open();
  store = createApprovalStore(database);
  work = createRecordedWork(database);
  tenantId = await work.tenant();
  all = { view: 'ALL', viewerId: crypto.randomUUID() };
  await using owner = server.open({ as: 'OWNER' });
  await writeCrowd(owner, { tenantId, submitterId: crypto.randomUUID(), waiting, finished: 50_000 });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** All pages one after the other, each by the cursor of the one before. */
const walk = async (filter: ApprovalFilter, soonUntil: Date, between = async (_page: number) => {}) => {
  const found: ApprovalRequest[] = [];
  const tookMs: number[] = [];
  let after = null;
  for (;;) {
    const startedAt = performance.now();
    const page: ApprovalRequest[] = await store.openPage(wholeTenant(tenantId), filter, size, {
      soonUntil,
      after,
    });
    tookMs.push(performance.now() - startedAt);
    const last = page.at(-1);
    if (!last) return { found, tookMs };
    found.push(...page);
    after = openPlace(placeOf(last, soonUntil));
    await between(tookMs.length);
  }
};

const inFiveMinutes = (): Date => new Date(Date.now() + expiresSoonMs);

/** The order in words: soon over, then rank, then end. */
const precedes = (a: ApprovalRequest, b: ApprovalRequest, soonUntil: Date): boolean => {
  const keys = [a, b].map(({ expiresAt, rank, id }) => {
    const isSoon = expiresAt <= soonUntil;
    return [isSoon ? 0 : 1, isSoon ? 0 : rank, expiresAt.getTime(), id] as const;
  });
  const [left = [], right = []]: readonly (readonly unknown[])[] = keys;
  const place = left.findIndex((value, index) => value !== right[index]);
  return (left[place] as number) < (right[place] as number);
};

describe('open requests, 2,400 of them beside 50,000 finished tasks', () => {
  it('come in the order in which they need people, each once, over all pages', async () => {
    const soonUntil = inFiveMinutes();
    const { found, tookMs } = await walk(all, soonUntil);
    expect(found).toHaveLength(waiting);
    expect(new Set(found.map(({ id }) => id)).size).toBe(waiting);
    found.slice(1).forEach((request, index) => {
      const before = found[index] as ApprovalRequest;
      expect(precedes(before, request, soonUntil), `${before.id} before ${request.id}`).toBe(true);
    });
    // A page is read through an index: what lies before and beside it costs nothing. The bound is generous.
    const median = tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length / 2)];
    expect(median).toBeLessThan(100);
  });

  it('keep their order while others come, end and become urgent during the walk', async () => {
    const soonUntil = inFiveMinutes();
    const ended = await store.openPage(wholeTenant(tenantId), all, 1, { soonUntil, after: null });
    const came: ApprovalRequest[] = [];
    const { found } = await walk(all, soonUntil, async (page) => {
      if (page > 5) return;
      const task = await work.task(tenantId, { priority: 'CRITICAL', risk: 'CRITICAL' });
      came.push(await work.approval(task));
      const decided = ended[0] as ApprovalRequest;
      await database.transaction((tx) => {
        store.update(tx, [{ ...decided, status: 'APPROVED' }]);
      });
    });
    const ids = found.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !came.some((request) => request.id === id))).toHaveLength(waiting);
    const first = await store.openPage(wholeTenant(tenantId), all, 100, {
      soonUntil: new Date(0),
      after: null,
    });
    expect(first.map(({ id }) => id)).toEqual(expect.arrayContaining(came.map(({ id }) => id)));
  });

  it('are read by an index, however deep', async () => {
    const { found } = await walk(all, new Date(0));
    const deep = found.at(-60) as ApprovalRequest;
    await using owner = server.open({ as: 'OWNER' });
    const plan = await owner.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT a.* FROM approval_request a
       WHERE a.tenant_id = $1 AND a.status = 'PENDING' AND a.expires_at > now()
         AND (a.rank, a.expires_at, a.id) > ($2, $3, $4) ORDER BY a.rank, a.expires_at, a.id LIMIT 50`,
      [tenantId, deep.rank, deep.expiresAt, deep.id],
    );
    const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(lines).toContain('approval_request_tenant_id_status_rank_expires_at_id_idx');
    expect(lines).not.toMatch(/Sort|Seq Scan|Rows Removed by Filter/);
  });

  it('are narrowed to tasks, and counted', async () => {
    const soonUntil = inFiveMinutes();
    const some = (await store.openPage(wholeTenant(tenantId), all, 3, { soonUntil, after: null })).map(
      (r) => r.taskId,
    );
    const found = await store.openPage(wholeTenant(tenantId), { ...all, taskIds: some }, 50, {
      soonUntil,
      after: null,
    });
    expect(found.map(({ taskId }) => taskId)).toEqual(some);
    expect(await store.count(wholeTenant(tenantId), { ...all, taskIds: some })).toBe(3);
    expect(await store.count(wholeTenant(tenantId), { ...all, taskIds: [] })).toBe(0);
  });
});

it.each(['', 'x', 'bnVsbA', 'WzEsMiwzLCJ4Il0', Buffer.from('[1e300,0,0,"x"]').toString('base64url')])(
  'refuses %o as a cursor',
  (text) => {
    expect(openPlace(text)).toBeNull();
  },
);

it('a request is for whoever has not approved it, or has taken that back since', async () => {
  await using owner = server.open({ as: 'OWNER' });
  const sight = wholeTenant(tenantId);
  const mine = { view: 'MINE', viewerId: crypto.randomUUID() } as const;
  const [request] = await store.openPage(sight, all, 1, { soonUntil: inFiveMinutes(), after: null });
  const countAfter = async (verdict: string, agoMs: number): Promise<number> => {
    await owner.transaction(async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      await tx.query(
        `INSERT INTO review (id, tenant_id, approval_id, plan_hash, reviewer_id, verdict, at)
         VALUES (gen_random_uuid(), $1, $2, 'hash', $3, $4::verdict, now() - $5 * interval '1 millisecond')`,
        [tenantId, request?.id, mine.viewerId, verdict, agoMs],
      );
    });
    return store.count(sight, mine);
  };
  const count = await store.count(sight, mine);
  expect(await countAfter('REQUEST_CHANGES', 4_000)).toBe(count);
  expect(await countAfter('APPROVE', 3_000)).toBe(count - 1);
  expect(await countAfter('WITHDRAW', 2_000)).toBe(count);
  expect(await countAfter('APPROVE', 1_000)).toBe(count - 1);
});

it('of some risks are found by their place in the order, in every lane', async () => {
  const soonUntil = inFiveMinutes();
  const { found } = await walk(all, soonUntil);
  for (const risk of ['LOW', 'HIGH'] as const) {
    const wanted = found.filter((request) => request.risk === risk).map(({ id }) => id);
    const walked = (await walk({ ...all, risk: [risk] }, soonUntil)).found.map(({ id }) => id);
    expect(walked).toEqual(wanted);
    expect(await store.count(wholeTenant(tenantId), { ...all, risk: [risk] })).toBe(wanted.length);
  }
});
