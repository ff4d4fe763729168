import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersignOf } from '../../testing/countersign-program.ts';
import { ofType } from '../../testing/events.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { WorkerProcess } from '../../testing/worker-process.ts';
import type { Task } from '../domain/task.ts';

let world: World;
let worker: WorkerProcess;
beforeAll(async () => {
  world = await createWorld({ background: 'KEEPERS' });
  worker = await world.startsWorker();
});
afterAll(() => world[Symbol.asyncDispose]());

const countersign = (...words: string[]) => countersignOf(world)(...words);

const isHeld = (task: Task) =>
  until(
    async () => ofType(await world.historyOf(task), 'step.held').find(({ data }) => data.rule === haltRule),
    () => `${task.id} is not held`,
  );
const haltRule = 'kill_switch.halted';

test('stops what agents do, also across a restart, until it is released', async () => {
  const stopped = await countersign(
    'stop',
    '--scope',
    'ENVIRONMENT=DEVELOPMENT',
    '--reason',
    'A leak',
    '--json',
  );
  expect(stopped).toMatchObject({ code: 0, err: '' });
  const { id, quietAfterMs } = JSON.parse(stopped.out) as { id: string; quietAfterMs: number };
  expect(quietAfterMs).toBeGreaterThanOrEqual(0);
  const held = await world.agent.submits(anErrand());
  await isHeld(held);

  await worker.kill();
  worker = await world.startsWorker();
  const later = await world.agent.submits(anErrand());
  await isHeld(later);
  expect(await countersign('stop', 'status')).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`^${id}  .*HALT  STOPPED  since .*: A leak\\n$`)) as string,
  });

  expect(await countersign('release', id)).toMatchObject({
    code: 2,
    err: expect.stringContaining('--reason'),
  });
  const released = await countersign('release', id, '--reason', 'It is mended');
  expect(released).toMatchObject({ code: 0, out: expect.stringContaining('to ALL') });
  await world.allReach([held, later], 'SUCCEEDED');
  expect(await countersign('stop', 'status')).toMatchObject({ code: 0, out: 'Nothing is stopped.\n' });
  expect(await countersign('release', id, '--reason', 'Again')).toMatchObject({ code: 1 });
}, 120_000);

test.each([
  ['PLATFORM=not one', 'names no platform of this installation'],
  ['ACTION_TYPE=no type', 'names no action type'],
  ['ENVIRONMENT=MOON', 'must be one of'],
  ['AGENT=nobody', 'must be the id of somebody'],
  ['PLATFORM', '--scope is'],
])('a scope that stops nothing is refused: %s', async (scope, words) => {
  expect(await countersign('stop', '--scope', scope)).toMatchObject({
    code: 2,
    err: expect.stringContaining(words) as string,
  });
});

test.each([
  ['PLATFORM=gitt', 'did you mean "git"'],
  ['ACTION_TYPE=trello.card.moev@1', 'did you mean "trello.card.move@1"'],
  ['ACTION_TYPE=of.another.machine', 'If no other machine has it, this stops nothing.'],
])('what only other machines may have is stopped, and the doubt is told: %s', async (scope, words) => {
  const stopped = await countersign('stop', '--scope', scope, '--json');
  expect(stopped).toMatchObject({ code: 0, err: '' });
  const { id, doubt } = JSON.parse(stopped.out) as { id: string; doubt: string };
  expect(doubt).toContain(words);
  expect(await countersign('release', id, '--reason', 'It was none')).toMatchObject({ code: 0 });
});

test('a session that keeps an intent to itself is ended, and what it intended is gone', async () => {
  const { services, owner } = world;
  const asleep = services.database.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock_shared(hashtextextended('countersign stop', 0))`);
    await tx.query('SELECT pg_sleep(60)');
  });
  const ended = expect(asleep).rejects.toThrow();
  await until(
    async () =>
      (
        await owner.query(
          `SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'`,
        )
      ).length > 0 || undefined,
    () => 'nobody sleeps',
  );
  const stopped = await countersign('stop', '--scope', 'TENANT', '--json');
  expect(stopped).toMatchObject({ code: 0, err: '' });
  const { id, quietAfterMs } = JSON.parse(stopped.out) as { id: string; quietAfterMs: number };
  // As long as somebody is waited for at least, and far from the minute that the session would have slept.
  expect(quietAfterMs).toBeGreaterThanOrEqual(400);
  expect(quietAfterMs).toBeLessThan(30_000);
  await ended;
  expect(await countersign('release', id, '--reason', 'Awake')).toMatchObject({ code: 0 });
});

test('an agent is stopped by its id, in capitals too', async () => {
  const id = world.agent.principal.id;
  const stopped = await countersign('stop', '--scope', `AGENT=${id.toUpperCase()}`, '--json');
  expect(stopped).toMatchObject({ code: 0, err: '' });
  const [found] = await world.owner.query<{ value: string }>('SELECT value FROM kill_switch WHERE id = $1', [
    (JSON.parse(stopped.out) as { id: string }).id,
  ]);
  expect(found).toEqual({ value: id });
});

test.each(['repo.commit', 'notion.page.create@1'])(
  'a type of action is stopped by its name: %s',
  async (name) => {
    expect(await countersign('stop', '--scope', `ACTION_TYPE=${name}`)).toMatchObject({ code: 0, err: '' });
  },
);
