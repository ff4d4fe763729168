import { anEvent } from '../../testing/events.ts';
import { expect, test } from 'vitest';
import { createChaos, type Chaos } from '../../testing/chaos.ts';
import { accepted } from '../../testing/people.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Event, NewEvent } from '../domain/events.ts';
import { appendEvents } from '../record/event-store.ts';
import type { Services } from '../services.ts';
import { sightOf, wholeTenant } from '../domain/sight.ts';

const cutsPerReader = 100;
const writers = 12;

const anyEvent = (tenantId: string, summary: string): NewEvent => anEvent(tenantId, { summary });

const eventsOf = (chaos: Chaos, tenantIds: readonly string[]): NewEvent[] =>
  Array.from({ length: chaos.between(1, 5) }, (_, index) =>
    anyEvent(chaos.pick(tenantIds), `event ${index}`),
  );

/** One transaction: most are quick, some commit long after they appended their events, some never do. */
const write = async (
  chaos: Chaos,
  { database, journal, wakeUps }: Services,
  events: NewEvent[],
): Promise<void> => {
  const kind = chaos.random();
  if (kind < 0.8) {
    await journal.transaction(async (tx) => void events.forEach((event) => tx.record(event)));
    return;
  }
  const late = database.transaction(async (tx) => {
    appendEvents(tx, events);
    await chaos.moment(50, kind > 0.97 ? 2_000 : 300);
    if (kind > 0.9 && kind < 0.95) throw new Error('This transaction changed its mind.');
  });
  await late.catch(() => undefined);
  wakeUps.notify('events');
};

interface Reader {
  readonly seen: bigint[];
  cuts: number;
}

/** Follows the log from a cursor, is cut off again and again, and resumes at any node. */
const follow = async (
  chaos: Chaos,
  nodes: readonly Services[],
  tenantId: string,
  from: bigint,
  reader: Reader,
  isDone: (reader: Reader) => boolean,
): Promise<void> => {
  while (!isDone(reader)) {
    const cursor = String(reader.seen.at(-1) ?? from);
    const stream = accepted(await chaos.pick(nodes).events.follow(wholeTenant(tenantId), cursor, {}));
    const timer = setTimeout(() => void stream.return?.(), chaos.between(1, 60));
    for await (const event of stream) {
      reader.seen.push(event.seq);
      if (chaos.random() < 0.02) break;
    }
    clearTimeout(timer);
    reader.cuts += 1;
  }
};

const seqsAfter = async ({ owner }: World, tenantId: string, after: bigint): Promise<bigint[]> => {
  const rows = await owner.query<{ seq: bigint }>(
    'SELECT seq FROM event WHERE tenant_id = $1 AND seq > $2 ORDER BY seq',
    [tenantId, after],
  );
  return rows.map(({ seq }) => seq);
};

/** A cursor that everybody at this node has passed; no transaction of the whole server is still open before it. */
const cursorOf = async (world: World): Promise<bigint> => {
  const [last = 0n] = (await seqsAfter(world, world.tenantId, 0n)).slice(-1);
  return until(
    () => (world.services.reader.position() >= last ? last : undefined),
    () => 'the node did not read the log',
  );
};

test('subscribers that are cut off 100 times miss nothing and see nothing twice, whenever transactions commit', async () => {
  const chaos = createChaos('event readers');
  await using world = await createWorld({ background: 'NONE' });
  const nodes = [world.services, await world.startsNode()];
  const others = await world.inTenant('others');
  const { tenantId } = world;
  const from = await cursorOf(world);

  const readers: Reader[] = Array.from({ length: 4 }, () => ({ seen: [], cuts: 0 }));
  const state: { last: bigint | null } = { last: null };
  const isDone = ({ seen, cuts }: Reader) =>
    cuts >= cutsPerReader && state.last !== null && seen.at(-1) === state.last;
  const broken = new AbortController();
  const following = readers.map((reader) =>
    follow(chaos, nodes, tenantId, from, reader, isDone).catch((error: unknown) => {
      broken.abort();
      throw error;
    }),
  );
  const writing = Array.from({ length: writers }, async () => {
    while (!broken.signal.aborted && readers.some(({ cuts }) => cuts < cutsPerReader)) {
      await write(chaos, chaos.pick(nodes), eventsOf(chaos, [tenantId, tenantId, others.tenantId]));
      await chaos.moment(0, 20);
    }
  });
  const finish = async (): Promise<bigint[]> => {
    await Promise.all(writing);
    await world.services.journal.transaction(async (tx) => tx.record(anyEvent(tenantId, 'the last one')));
    const all = await seqsAfter(world, tenantId, from);
    state.last = all.at(-1) ?? null;
    return all;
  };
  const [expected] = await Promise.all([finish(), ...following]);

  expect(expected.length).toBeGreaterThan(500);
  for (const { seen } of readers) expect(seen).toEqual(expected);
});

const nextOf = async (stream: AsyncIterableIterator<Event>): Promise<Event> => {
  const result = await stream.next();
  if (result.done) throw new Error('The stream has ended.');
  return result.value;
};

test('a subscriber that falls far behind still gets every event once and in order', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const { services, tenantId } = world;
  const from = await cursorOf(world);
  const record = (count: number) =>
    services.journal.transaction(async (tx) => {
      for (let index = 0; index < count; index += 1) tx.record(anyEvent(tenantId, `event ${index}`));
    });
  const stream = accepted(await services.events.follow(wholeTenant(tenantId), String(from), {}));
  await record(1);
  const seen = [(await nextOf(stream)).seq];
  // Much more than is kept for one who does not come to take it.
  for (let round = 0; round < 40; round += 1) await record(250);
  const expected = await seqsAfter(world, tenantId, from);
  await until(
    () => services.reader.position() >= (expected.at(-1) ?? 0n) || undefined,
    () => 'the node did not read the log',
  );
  while (seen.length < expected.length) seen.push((await nextOf(stream)).seq);
  await record(1);
  const [live] = (await seqsAfter(world, tenantId, from)).slice(-1);
  expect((await nextOf(stream)).seq).toBe(live);
  expect(expected).toHaveLength(10_001);
  expect(seen).toEqual(expected);
  await stream.return?.();
});

test("one tenant never sees the events of another, and one task's follower only those of that task", async () => {
  await using world = await createWorld({ background: 'NONE' });
  const others = await world.inTenant('others');
  const mine = accepted(await world.services.events.follow(wholeTenant(world.tenantId), '0', {}));
  const theirs = await others.agent.submits(anErrand());
  const task = await world.agent.submits(anErrand());
  const ofTask = accepted(
    await world.services.events.follow(wholeTenant(world.tenantId), '0', { taskId: task.id }),
  );
  const summaries: string[] = [];
  for await (const event of mine) {
    expect(event.tenantId).toBe(world.tenantId);
    expect(event.taskId).not.toBe(theirs.id);
    if (event.taskId === task.id) summaries.push(event.type);
    if (event.type === 'task.queued') break;
  }
  const types: string[] = [];
  for await (const event of ofTask) {
    expect(event.taskId).toBe(task.id);
    types.push(event.type);
    if (event.type === 'task.queued') break;
  }
  expect(types).toEqual(['task.submitted', 'task.planned', 'policy.decided', 'task.queued']);
  expect(summaries).toEqual(types);
});

test('an agent is told of its own tasks, of what was before and of what comes, whoever else is busy', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const { events } = world.services;
  const sight = sightOf(world.agent.principal);
  const first = [await world.operator.submits(anErrand()), await world.agent.submits(anErrand())];
  const follow = async (after: string | null) => accepted(await events.follow(sight, after, {}));
  const toldBy = async (stream: Awaited<ReturnType<typeof follow>>, last: string | undefined) => {
    const told = new Set<string | null>();
    for await (const { taskId, type } of stream) {
      told.add(taskId);
      if (taskId === last && type === 'task.queued') break;
    }
    return [...told];
  };
  const own = first[1]?.id;
  // What has been read is before what comes.
  expect(await toldBy(await follow('0'), own)).toEqual([own]);
  const replayed = await follow('0');
  const live = await follow(null);
  const then = [await world.operator.submits(anErrand()), await world.agent.submits(anErrand())];
  const later = then[1]?.id;
  expect(await toldBy(replayed, later)).toEqual([own, later]);
  expect(await toldBy(live, later)).toEqual([later]);
});

test('a cursor that names no event, or one to come, is refused', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const { events } = world.services;
  const follows = (cursor: string) => events.follow(wholeTenant(world.tenantId), cursor, {});
  expect(await follows('yesterday')).toMatchObject({
    ok: false,
    refusal: { code: 'SCHEMA_VALIDATION_FAILED' },
  });
  expect(await follows(String(2n ** 62n))).toMatchObject({ ok: false, refusal: { code: 'RESYNC_REQUIRED' } });
});

test('a wake-up that got lost delays a reader, and no more', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const node = await world.startsNode();
  const from = await cursorOf(world);
  const stream = accepted(await node.events.follow(wholeTenant(world.tenantId), String(from), {}));
  const next = nextOf(stream);
  const writtenAt = performance.now();
  // Written past the journal, so that nobody is woken.
  await world.services.database.transaction((tx) => {
    appendEvents(tx, [anyEvent(world.tenantId, 'in silence')]);
  });
  expect(await next).toMatchObject({ summary: 'in silence' });
  expect(performance.now() - writtenAt).toBeLessThan(15_000);
  await stream.return?.();
});

test('a reader without a cursor hears what happened before its first read', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const { events, journal, reader } = world.services;
  const before = await cursorOf(world);
  const stream = accepted(await events.follow(wholeTenant(world.tenantId), null, {}));
  await journal.transaction(async (tx) => {
    tx.record(anyEvent(world.tenantId, 'meanwhile'));
  });
  await until(
    () => reader.position() > before || undefined,
    () => 'the node did not read the log',
  );
  const next = stream.next();
  await journal.transaction(async (tx) => {
    tx.record(anyEvent(world.tenantId, 'later'));
  });
  expect((await next).value).toMatchObject({ summary: 'meanwhile' });
  expect((await stream.next()).value).toMatchObject({ summary: 'later' });
  await stream.return?.();
});
