import { aPerson } from '../../testing/domain-samples.ts';
import { anEvent } from '../../testing/events.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { until } from '../../testing/until.ts';
import type { Event } from '../domain/events.ts';
import type { Database } from '../infra/database.ts';
import { newId } from '../infra/ids.ts';
import { createLogger } from '../infra/logger.ts';
import { createWakeUps } from '../infra/wakeups.ts';
import { createEventReader, type EventReader } from './event-reader.ts';
import { createAuditQueries } from '../modules/audit/index.ts';
import { createEventService, type EventService } from '../modules/events/event-service.ts';
import { appendEvents, readGenerations, takeUpLog } from './event-store.ts';
import { wholeTenant } from '../domain/sight.ts';

const stack = new AsyncDisposableStack();
const tenantId = newId();
const logger = createLogger({ level: 'silent' });
let database: Database;
let owner: Database;

interface Node extends AsyncDisposable {
  readonly reader: EventReader;
  readonly events: EventService;
}

/** As a server that starts: it says where the data lies and how far it has read. */
const start = async (place: string | null, seen: bigint | null = null): Promise<Node> => {
  await takeUpLog(database, place, seen);
  const parts = new AsyncDisposableStack();
  const wakeUps = parts.use(await createWakeUps(database, logger));
  const reader = parts.use(await createEventReader(database, wakeUps, logger));
  const events = createEventService(database, reader);
  return { reader, events, [Symbol.asyncDispose]: () => parts.disposeAsync() };
};

beforeAll(async () => {
  const testDatabase = stack.use(await createTestDatabase());
  database = stack.use(testDatabase.open());
  owner = stack.use(testDatabase.open({ as: 'OWNER' }));
});
afterAll(() => stack.disposeAsync());

const append = (summary: string): Promise<void> =>
  database.transaction((tx) => {
    appendEvents(tx, [anEvent(tenantId, { summary })]);
  });
const count = async (): Promise<number> => (await readGenerations(database)).length;
const newest = async ({ events }: Node): Promise<Event> => {
  const [event] = await events.page({ sight: wholeTenant(tenantId), newestFirst: true, limit: 1 });
  if (!event) throw new Error('There is no event.');
  return event;
};
const cursor = async (node: Node): Promise<string> => node.events.cursorOf(await newest(node));
/** Gone as with a copy that was made before: nothing but its owner's triggers could keep an event. */
const forgetNewest = async (node: Node): Promise<void> => {
  const { seq } = await newest(node);
  await owner.transaction(async (tx) => {
    await tx.query("SELECT set_config('session_replication_role', 'replica', true)");
    await tx.query('DELETE FROM event WHERE seq = $1', [seq]);
  });
};
/** What comes next after a cursor, or why nothing does. */
const read = async (node: Node, after: string): Promise<string> => {
  const outcome = await node.events.follow(wholeTenant(tenantId), after, {});
  if (!outcome.ok) return outcome.refusal.code;
  const { value } = (await outcome.value.next()) as { value: Event };
  await outcome.value.return?.();
  return value.summary;
};
/** The entry of the record before a cursor, or why it is not told. */
const recordBefore = async ({ events }: Node, after: string): Promise<string | undefined> => {
  const nobody = () => Promise.resolve([]);
  const { auditEntries } = createAuditQueries({ events, findTasks: nobody, findPrincipals: nobody });
  const outcome = await auditEntries.execute(
    { viewer: aPerson('ann', { tenantId, roles: ['APPROVER'] }), traceparent: null },
    { first: 1, after },
  );
  return outcome.ok ? outcome.value.nodes[0]?.summary : outcome.refusal.code;
};
const settled = (node: Node): Promise<unknown> =>
  until(
    async () => ((await node.events.place(tenantId, await cursor(node))).ok ? true : undefined),
    () => Promise.resolve('the newest event stays above the horizon'),
  );

describe('a cursor', () => {
  it('is good over any number of starts on the same data', async () => {
    await using first = await start('inode 1');
    await append('one');
    await append('two');
    await settled(first);
    const before = await first.events.page({ sight: wholeTenant(tenantId), newestFirst: false, limit: 1 });
    const after = first.events.cursorOf(before[0] ?? (await newest(first)));
    for (const place of ['inode 1', null, 'inode 1']) {
      await using next = await start(place, (await newest(first)).seq);
      expect(await read(next, after)).toBe('two');
    }
    expect(await count()).toBe(1);
  });

  it('of what a copy does not have is refused, and one of what it has is good', async () => {
    await using before = await start('inode 1');
    await append('in the copy');
    await settled(before);
    const kept = await cursor(before);
    await append('lost');
    await settled(before);
    const lost = await cursor(before);
    await forgetNewest(before);
    await using after = await start('inode 2');
    await append('new');
    await settled(after);
    expect(await count()).toBe(2);
    expect(await read(after, lost)).toBe('RESYNC_REQUIRED');
    expect(await read(after, kept)).toBe('new');
    expect(await recordBefore(after, lost)).toBe('RESYNC_REQUIRED');
    expect(await recordBefore(after, kept)).toBe('two');
    expect(BigInt(await cursor(after))).toBeGreaterThan(BigInt(lost));
    const again = await cursor(after);
    await append('newer');
    expect(await read(after, again)).toBe('newer');
  });

  it('is refused where this installation had read farther than the data goes', async () => {
    await using before = await start(null);
    const generations = await count();
    await using _after = await start(null, (await newest(before)).seq + (1n << 40n));
    expect(await count()).toBe(generations + 1);
  });

  it.each([
    ['from the future', (now: bigint) => now + (1n << 40n)],
    ['of a generation that never was', (now: bigint) => now + ((10n ** 12n) << 63n)],
  ])('%s is refused, for a stream and for a page', async (_what, later) => {
    await using node = await start(null);
    const text = later(BigInt(await cursor(node))).toString();
    const outcome = await node.events.follow(wholeTenant(tenantId), text, {});
    expect(outcome).toMatchObject({
      ok: false,
      refusal: { code: 'RESYNC_REQUIRED', message: expect.stringContaining('earlier copy') as string },
    });
    expect(await node.events.place(tenantId, text)).toMatchObject({ ok: false });
  });
});

describe('the numbers of a log', () => {
  it('begin anew where the server, the database or its timeline is another', async () => {
    const generations = await count();
    await owner.query("UPDATE log_generation SET cluster = 'another/1/1'");
    await using _node = await start(null);
    expect(await count()).toBe(generations + 1);
  });

  it('are the same for all who start at once', async () => {
    const generations = await count();
    await owner.query("UPDATE log_generation SET cluster = 'another/1/1'");
    await Promise.all(Array.from({ length: 5 }, () => takeUpLog(database, null, null)));
    expect(await count()).toBe(generations + 1);
  });
});
