import { addAbortListener } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '../../../testing/until.ts';
import { createWorld, type World } from '../../../testing/world.ts';
import { createLogger } from '../../infra/logger.ts';
import { newId } from '../../infra/ids.ts';
import { defineJob, runnable } from '../../infra/queue/job.ts';
import { sendJob, withdrawJob, type JobTicket } from '../../record/job-store.ts';
import { createJobRunner, type JobRunner } from './index.ts';

type Handle = (subject: string, signal: AbortSignal) => Promise<void>;
const sample = defineJob({
  name: 'sample',
  schema: z.strictObject({ subject: z.string() }),
  run: (handle: Handle, { subject }, { signal }) => handle(subject, signal),
});

let world: World;
let runner: JobRunner;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  world = stack.use(await createWorld({ background: 'NONE' }));
  runner = stack.use(
    createJobRunner({
      jobs: world.services.stores.jobs,
      worker: 'w',
      leaseMs: 60_000,
      present: () => Promise.resolve(),
      logger: createLogger({ level: 'silent' }),
      random: () => 1,
    }),
  );
});
afterAll(() => stack.disposeAsync());

const send = (
  key: string,
  payload: { subject: string } = { subject: key },
  submitterId: string = newId(),
): Promise<void> =>
  world.services.journal.transaction((tx) => {
    sendJob(tx, sample, { key, submitterId }, payload);
    return Promise.resolve();
  });
/** What a relay hands over of this key now: nothing, or one. */
const take = async (key: string): Promise<JobTicket[]> => {
  const { jobs } = world.services.stores;
  const rows = await world.owner.query<JobTicket>('SELECT id, epoch FROM job WHERE key = $1', [key]);
  return jobs.takeDue(rows, 60_000);
};
const run = async ({ id, epoch }: JobTicket, handle: Handle): Promise<void> => {
  const work = runner.accept(runnable(sample, handle)).prepare({ id, epoch });
  await work?.({ signal: new AbortController().signal, lane: 'BACKGROUND' });
};
const rowOf = async (key: string) =>
  (
    await world.owner.query<{
      failures: number;
      error: string | null;
      worker: string | null;
      waits: boolean;
    }>('SELECT failures, error, worker, due_at > now() AS waits FROM job WHERE key = $1', [key])
  )[0];

test('what is asked for twice is one job, handed over once, done once, and gone', async () => {
  await send('twice');
  await send('twice');
  const [first, ...more] = await take('twice');
  expect(more).toEqual([]);
  expect(await take('twice')).toEqual([]);
  const done: string[] = [];
  const handle: Handle = async (subject) => void done.push(subject);
  if (first) await Promise.all([run(first, handle), run(first, handle)]);
  expect(done).toEqual(['twice']);
  expect(await rowOf('twice')).toBeUndefined();
});

test('what is not of its form is not sent, and nothing of its transaction happens', async () => {
  await expect(send('strange', { subject: 7 } as never)).rejects.toThrow();
  expect(await rowOf('strange')).toBeUndefined();
});

test('what the queue brings under the name of another job is left alone', async () => {
  await send('disguised');
  const [{ id, epoch } = { id: '', epoch: 0 }] = await take('disguised');
  const done: string[] = [];
  const other = runnable({ ...sample, name: 'other' }, async (subject: string) => void done.push(subject));
  const work = runner.accept(other).prepare({ id, epoch });
  expect(work).not.toBeNull();
  await work?.({ signal: new AbortController().signal, lane: 'BACKGROUND' });
  expect(done).toEqual([]);
  expect(await rowOf('disguised')).toMatchObject({ failures: 0, worker: null });
});

test.each([
  [
    'taken back',
    () => world.services.journal.transaction(async (tx) => withdrawJob(tx, sample, 'taken back')),
  ],
  ['asked for again', () => send('asked for again')],
  ['given to another', () => world.services.stores.jobs.takeFrom(['w'])],
])('who works on what is %s is stopped, and what it does then counts for nothing', async (key, happens) => {
  await send(key);
  const [ticket] = await take(key);
  const begun = Promise.withResolvers<void>();
  const running = run(ticket ?? { id: '', epoch: 0 }, (_, signal) => {
    begun.resolve();
    return new Promise((_resolve, reject) => {
      addAbortListener(signal, () => reject(new Error('stopped')));
    });
  });
  await begun.promise;
  await happens();
  await running;
  const row = await rowOf(key);
  if (key === 'taken back') expect(row).toBeUndefined();
  else expect(row).toMatchObject({ failures: 0, worker: null, waits: false });
});

test('what throws waits and comes again, and says why', async () => {
  await send('unlucky');
  const [first] = await take('unlucky');
  if (first) await run(first, () => Promise.reject(new Error('no luck')));
  expect(await rowOf('unlucky')).toMatchObject({ failures: 1, error: 'no luck', worker: null, waits: true });
  const done: string[] = [];
  await until(
    async () => {
      for (const ticket of await take('unlucky'))
        await run(ticket, async (subject) => void done.push(subject));
      return done.length > 0 || undefined;
    },
    () => 'it did not come again',
  );
  expect(await rowOf('unlucky')).toBeUndefined();
});

test('submitters take turns, and none has more than its share in the queue and in hand', async () => {
  const { jobs } = world.services.stores;
  await world.owner.query('DELETE FROM job');
  const [many, few] = [newId(), newId()];
  for (let n = 0; n < 30; n += 1) await send(`many ${n}`, undefined, many);
  await send('few 1', undefined, few);
  await send('few 2', undefined, few);
  const submitters = async (room: number): Promise<string[]> => {
    const due = await jobs.findDue(200, { room, each: 4 });
    const taken = await jobs.takeDue(due, 60_000);
    const rows = await world.owner.query<{ key: string }>('SELECT key FROM job WHERE id = ANY($1::uuid[])', [
      taken.map(({ id }) => id),
    ]);
    return rows.map(({ key }) => key.split(' ')[0] ?? '').sort();
  };
  expect(await submitters(2)).toEqual(['few', 'many']);
  expect(await submitters(20)).toEqual(['few', 'many', 'many', 'many']);
  expect(await submitters(20)).toEqual([]);
  // What the queue should have begun by now needs no room.
  await world.owner.query("UPDATE job SET due_at = now() - interval '1 second' WHERE queued_at IS NOT NULL");
  expect(await jobs.findDue(200, { room: 0, each: 4 })).toHaveLength(6);
});
