import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sized } from '../../testing/chaos.ts';
import { startRestartablePostgres, type RestartablePostgres } from '../../testing/restartable-postgres.ts';
import { handOnStops } from '../../testing/stops.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';

let postgres: RestartablePostgres;
beforeAll(async () => {
  postgres = await startRestartablePostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

const leaseMs = 1_500;
const steps = sized(12, 24);
const worldOf = (): Promise<World> =>
  createWorld({
    backend: 'redis',
    database: postgres,
    leaseMs,
    background: 'KEEPERS',
    ledger: { latencyMs: 4_000 },
  });

/** Calls that are under way when the database goes, and are answered while it is away. */
const submitted = async (world: World) => {
  const before = await world.ledger.calls();
  const tasks = await world.agent.submitsMany(
    Array.from({ length: steps }, () => anEffect('ledger.unmarked', aResource())),
  );
  await until(
    async () => (await world.ledger.calls()) - before >= steps || undefined,
    () => 'not all calls are under way',
  );
  return tasks;
};
const answered = (world: World): Promise<true> =>
  until(
    () => world.ledger.entries().length >= steps || undefined,
    () => `the platform acted ${world.ledger.entries().length} times`,
  );
/** Nobody's lease can stand any more: the last was renewed before the outage. */
const outlastsLeases = (sinceMs: number): Promise<true> =>
  until(
    () => performance.now() - sinceMs > 2 * leaseMs || undefined,
    () => 'the outage is too short',
  );

test('outcomes that became known in an outage longer than the lease are saved when it ends', async () => {
  await using world = await worldOf();
  await world.startsWorker();
  const tasks = await submitted(world);
  await postgres.kill();
  const goneAt = performance.now();
  await answered(world);
  await outlastsLeases(goneAt);
  await postgres.start();
  await world.allReach(tasks, 'SUCCEEDED');
  expect(world.ledger.entries()).toHaveLength(steps);
}, 300_000);

test('so it is where the database hangs and breaks no connection', async () => {
  await using world = await worldOf();
  await world.startsWorker();
  const before = world.ledger.entries().length;
  const tasks = await submitted(world);
  postgres.freeze();
  const goneAt = performance.now();
  await answered(world);
  await outlastsLeases(goneAt);
  postgres.thaw();
  await world.allReach(tasks, 'SUCCEEDED');
  expect(world.ledger.entries().length - before).toBe(steps);
}, 300_000);

test('a process that must stop meanwhile writes them down, and the next one of its home saves them', async () => {
  await using world = await worldOf();
  const worker = await world.startsWorker();
  const tasks = await submitted(world);
  await postgres.kill();
  await answered(world);
  await worker.stops();
  expect(await readdir(join(world.config.home, 'outcomes'))).toHaveLength(steps);
  await postgres.start();
  await world.startsWorker();
  await world.allReach(tasks, 'SUCCEEDED');
  expect(world.ledger.entries()).toHaveLength(steps);
  expect(await readdir(join(world.config.home, 'outcomes'))).toEqual([]);
}, 300_000);

test('a stop that is asked for while the database goes either stands or says that it does not, and nothing begins', async () => {
  await using world = await createWorld({
    backend: 'redis',
    database: postgres,
    leaseMs,
    background: 'KEEPERS',
    lanes: { NORMAL: { slots: 4 } },
    ledger: { latencyMs: 200 },
  });
  const olga = handOnStops(world.services, world.operator.principal);
  const ann = handOnStops(world.services, world.approver.principal);
  const everything = { kind: 'TENANT', value: null } as const;
  const intents = async (): Promise<number> =>
    (await world.owner.query('SELECT 1 FROM effect WHERE tenant_id = $1', [world.tenantId])).length;
  await world.startsWorker();
  const tasks = await world.agent.submitsMany(
    Array.from({ length: 2 * steps }, () => anEffect('ledger.keyed', aResource())),
  );
  await until(
    async () => (await intents()) > 0 || undefined,
    () => 'nothing runs',
  );
  const asked = olga.engage(everything, 'HALT').catch(() => null);
  await postgres.kill();
  const answer = await asked;
  await expect(olga.engage(everything, 'HALT')).rejects.toThrow();
  const called = world.ledger.entries().length;
  await postgres.start();
  // What was said to stand stands; who was told nothing asks again.
  const stands = async () => (await olga.list()).filter(({ stage }) => stage === 'STOPPED');
  if (answer) expect(answer).toMatchObject({ ok: true });
  if (answer) expect(await stands()).toHaveLength(1);
  const again = await olga.engage(everything, 'HALT');
  if (!again.ok) throw new Error(again.refusal.message);
  await olga.isQuiet(again.value.killSwitch.id);
  const meant = await intents();
  expect(world.ledger.entries().length).toBeLessThanOrEqual(called + 4);
  await outlastsLeases(performance.now());
  expect(await intents()).toBe(meant);
  for (const { id } of await stands())
    for (const hand of [ann, olga]) expect(await hand.release(id, 'ALL')).toMatchObject({ ok: true });
  await world.allReach(tasks, 'SUCCEEDED');
  const effects = world.ledger.effects();
  expect([effects.size, new Set(effects.values())]).toEqual([tasks.length, new Set([1])]);
}, 300_000);
