import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inheritedEnvironment } from '../../testing/inherited-environment.ts';
import { createLedgerExecutors, ledgerActions, type LedgerAction } from '../../testing/ledger.ts';
import { gather } from '../../testing/people.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import { programOf } from '../../testing/programs.ts';
import { anEffect, aResource } from '../../testing/task-inputs.ts';
import { loginsAt } from '../../testing/test-logins.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { startBackground } from '../background.ts';
import type { Task } from '../domain/task.ts';
import { createLogger } from '../infra/logger.ts';
import { replanMoved } from '../modules/tasks/replan-moved.ts';
import { createServices } from '../services.ts';

const stack = new AsyncDisposableStack();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-effects-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
});
afterAll(() => stack.disposeAsync());

const countersign = (place: NodeJS.ProcessEnv, ...words: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const env = { ...inheritedEnvironment(), ...place };
    execFile(process.execPath, [programOf('cli'), ...words], { env }, (error, out, err) => {
      if (error) reject(new Error(err));
      else resolve(out);
    });
  });
const at = (connectionString: string, home: string): NodeJS.ProcessEnv => ({
  DATABASE_URL: connectionString,
  DATABASE_APP_URL: loginsAt(connectionString).app,
  DATABASE_QUEUE_URL: loginsAt(connectionString).queue,
  COUNTERSIGN_HOME: home,
});

interface Planned {
  readonly action: LedgerAction;
  readonly resource: string;
  readonly task: Task;
}
const submit = (world: World, more: object = {}): Promise<Planned[]> =>
  Promise.all(
    Object.keys(ledgerActions).map(async (name) => {
      const action = name as LedgerAction;
      const resource = aResource();
      return { action, resource, task: await world.agent.submits(anEffect(action, resource, more)) };
    }),
  );

test('what ran after the backup is not made again by the installation that goes on from it', async () => {
  await using world = await createWorld({ background: 'NONE' });
  // One that is about to run, and one that people are asked about, of each kind of action; and what nobody did meanwhile.
  const [ready, asked, untouched, cancelled, planned] = [
    await submit(world),
    await submit(world, { requiresApproval: true }),
    await submit(world, { requiresApproval: true }),
    await submit(world),
    await submit(world, { requiresApproval: true }),
  ];
  const done = [...ready, ...asked, ...cancelled, ...planned];
  // The second of its steps is planned on what the first leaves.
  const twice = aResource();
  const upon = await world.agent.submits({
    goal: 'Append twice',
    actions: ['first', 'second'].map((name, index) => ({
      name,
      type: 'ledger.upon',
      params: { resource: twice, value: index },
    })),
  });
  const { app, queue } = world.config.database.given ?? {};
  const source = {
    DATABASE_APP_URL: app,
    DATABASE_QUEUE_URL: queue ?? undefined,
    COUNTERSIGN_HOME: world.config.home,
  };
  const { folder: backup } = JSON.parse(await countersign(source, 'backup', '--json')) as { folder: string };

  world.begins('ALL');
  for (const { task } of [...asked, ...planned]) await world.approver.approves(task);
  await world.allReach([...done.map(({ task }) => task), upon], 'SUCCEEDED');
  const made = [...done.map(({ resource }) => [resource, 1]), [twice, 2]];
  expect(new Map(world.ledger.effects())).toEqual(new Map(made as [string, number][]));

  await using target = await createTestDatabase();
  const home = join(await mkdtemp(join(folder, 'restored-')), 'home');
  const place = at(target.connectionString, home);
  const key = join(world.config.home, 'backup.pub');
  await countersign(place, 'restore', backup, '--key', key);

  await using running = new AsyncDisposableStack();
  const config = {
    ...world.config,
    home,
    database: { ...world.config.database, given: loginsAt(target.connectionString) },
  };
  const logger = createLogger({ level: 'silent' });
  const services = await createServices(
    config,
    logger,
    { moreExecutors: createLedgerExecutors(world.ledger.url) },
    running,
  );
  expect(services.restoredAt).not.toBeNull();
  running.use(startBackground({ ...config, role: 'all' }, logger, services));
  const people = await gather(services, 'default');
  // Our own effect has moved what it was planned on.
  for (const { task } of planned)
    await replanMoved(services.planning, { taskId: task.id, revision: 1 }, [], AbortSignal.timeout(30_000));
  const again = await services.tasks.findMany(
    people.operator.principal,
    planned.map(({ task }) => task.id),
  );
  expect(again.map(({ status, revision }) => [status, revision])).toEqual(
    planned.map(() => ['AWAITING_APPROVAL', 2]),
  );
  for (const { task } of cancelled)
    expect(await people.operator.cancels(task)).toMatchObject({
      ok: true,
      value: { status: 'NEEDS_ATTENTION' },
    });
  const { engaged } = JSON.parse(await countersign(place, 'stop', 'status', '--json')) as {
    engaged: { id: string }[];
  };
  await countersign(place, 'release', engaged[0]?.id ?? '', '--reason', 'The story looked.');
  for (const task of [...[...asked, ...untouched].map((one) => one.task), ...again])
    await until(
      async () => (await people.approver.votes('APPROVE', task)).ok || undefined,
      () => 'the halt was not released',
    );

  const ended = async (some: readonly Planned[]): Promise<[LedgerAction, string][]> =>
    until(
      async () => {
        const tasks = await services.tasks.findMany(
          people.operator.principal,
          some.map(({ task }) => task.id),
        );
        const found = some.map(({ action, task }): [LedgerAction, string] => [
          action,
          tasks.find(({ id }) => id === task.id)?.status ?? '',
        ]);
        return found.every(([, status]) => ['SUCCEEDED', 'NEEDS_ATTENTION', 'FAILED'].includes(status))
          ? found
          : undefined;
      },
      () => 'they did not end',
    );
  const found = [
    ['ledger.keyed', 'SUCCEEDED'],
    ['ledger.marked', 'SUCCEEDED'],
    ['ledger.versioned', 'SUCCEEDED'],
    // Nothing tells: a person looks.
    ['ledger.unmarked', 'NEEDS_ATTENTION'],
  ];
  expect(await ended(ready)).toEqual(found);
  expect(await ended(asked)).toEqual(found);
  expect(await ended(untouched)).toEqual(found);
  expect(await ended([{ action: 'ledger.marked', resource: twice, task: upon }])).toEqual([
    ['ledger.marked', 'SUCCEEDED'],
  ]);
  // Under the keys of the plan that was replaced it may have been made.
  expect(await ended(planned)).toEqual(planned.map(({ action }) => [action, 'NEEDS_ATTENTION']));
  const effects = world.ledger.effects();
  expect(effects.get(twice)).toBe(2);
  for (const { resource } of done) expect([resource, effects.get(resource)]).toEqual([resource, 1]);
  for (const { action, resource } of untouched)
    expect([action, effects.get(resource) ?? 0]).toEqual([action, action === 'ledger.unmarked' ? 0 : 1]);

  // What is submitted from here on is nobody's to doubt.
  const fresh = await people.agent.submits(anEffect('ledger.unmarked', aResource()));
  expect(await ended([{ action: 'ledger.unmarked', resource: '', task: fresh }])).toEqual([
    ['ledger.unmarked', 'SUCCEEDED'],
  ]);
}, 180_000);
