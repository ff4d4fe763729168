import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFleet } from '../../../testing/platforms/fleet-directory.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import { createEgress } from '../../infra/egress.ts';
import type { Json } from '../../domain/json.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import type { ConformanceWorld } from '../contract/conformance-setup.ts';
import { createPrograms } from '../kit/programs.ts';
import { createSecrets } from '../kit/secrets.ts';
import { fleet } from './platform.ts';

const createFleetWorld = async ({ settleMs = 0 } = {}) => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-fleet-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const versions = { openssl: '3.2.1', nginx: '1.27.2', 'web-golden': '2026.10' };
  const servers = startFleet(folder, [{ name: 'server-1', versions }]);
  const egress = stack.use(createEgress({}));
  const environment = { PATH: process.env['PATH'] ?? '' };
  const { sandbox } = fleet.sandbox?.settings(servers.url).settings.fleets ?? {};
  if (!sandbox) throw new Error('There is no fleet in the sandbox.');
  const settings = { sandbox: { ...sandbox, settleMs } };
  const executors = fleet.actions(
    { fleets: settings },
    {
      home: folder,
      secrets: createSecrets({}),
      programEnvironment: environment,
      programs: createPrograms({ environment, sandbox: 'PREFERRED' }),
      stack,
    },
  );
  const ending = stack.move();
  return { servers, egress, executors, [Symbol.asyncDispose]: () => ending.disposeAsync() };
};
type FleetWorld = Awaited<ReturnType<typeof createFleetWorld>>;

const executorOf = ({ executors }: FleetWorld, name: string) => {
  const found = executors.find(({ traits }) => traits.name === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found;
};

interface Subject {
  readonly name: string;
  readonly params: Json;
  /** What it changes, as one text. */
  readonly looks: (world: FleetWorld) => string;
  /** Somebody else's change of the same thing. */
  readonly drift: ((world: FleetWorld) => void) | null;
}

const place = { fleet: 'sandbox', server: 'server-1' };
const subjects: readonly Subject[] = [
  {
    name: 'fleet.patch',
    params: { ...place, component: 'openssl', version: '3.2.2' },
    looks: ({ servers }) => servers.versionsOf('server-1')['openssl'] ?? '',
    drift: ({ servers }) => servers.write('server-1/versions/openssl', '3.2.3'),
  },
  {
    name: 'fleet.image',
    params: { ...place, image: 'web-golden', version: '2026.12' },
    looks: ({ servers }) => servers.versionsOf('server-1')['web-golden'] ?? '',
    drift: ({ servers }) => servers.write('server-1/versions/web-golden', '2026.11'),
  },
  {
    name: 'fleet.restart',
    params: place,
    looks: ({ servers }) => servers.bootOf('server-1'),
    drift: ({ servers }) => servers.write('server-1/boot', '7'),
  },
  { name: 'fleet.status', params: place, looks: () => '', drift: null },
];

interface FleetCase extends ConformanceWorld<unknown, Json> {
  readonly world: FleetWorld;
}

const casesOf = ({ name, params, looks, drift }: Subject) => {
  const isRead = drift === null;
  const behaving =
    (behaviour: string) =>
    ({ world }: FleetCase): Promise<void> =>
      Promise.resolve(void world.servers.behave(behaviour));
  return conformanceCases<unknown, Json, FleetCase>({
    createWorld: async () => {
      const world = await createFleetWorld();
      const look = () =>
        Promise.resolve(
          `${JSON.stringify(world.servers.versionsOf('server-1'))} ${world.servers.bootOf('server-1')}`,
        );
      return {
        world,
        egress: world.egress,
        executor: executorOf(world, name),
        params,
        fingerprint: look,
        restorable: () => Promise.resolve(looks(world)),
        countEffects: () => Promise.resolve(world.servers.writes()),
        // Programs send no requests of ours.
        received: null,
        [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
      };
    },
    effectsPerApply: isRead ? 0 : 1,
    drift: drift && (({ world }) => Promise.resolve(void drift(world))),
    lie: isRead ? null : { when: 'BEFORE_APPLY', arrange: behaving('lie') },
    // The commands look at the server itself.
    lateRead: null,
    stall: isRead ? null : behaving('hang'),
    failures: isRead
      ? []
      : [
          {
            name: 'missing rights',
            arrange: behaving('refuse 77'),
            code: 'PLATFORM_PERMISSION_DENIED',
            effect: 'NONE',
            retriable: false,
          },
          {
            name: 'a server that is away',
            arrange: behaving('refuse 69'),
            code: 'SERVICE_DOWN',
            effect: 'NONE',
            retriable: true,
          },
          {
            name: 'a failure after its effect',
            arrange: behaving('fail 1'),
            code: 'DEPENDENCY_FAILED',
            effect: 'UNKNOWN',
            retriable: false,
          },
        ],
  });
};

describe.each(subjects)('$name', (subject) => {
  for (const { name, run } of casesOf(subject)) test(name, run);
});

test.each([
  [{ server: 'server-2' }, 'server', 'RESOURCE_NOT_FOUND'],
  [{ component: 'zlib' }, 'component', 'RESOURCE_NOT_FOUND'],
  [{ version: '3.2.1' }, 'version', 'NOTHING_TO_CHANGE'],
  [{ server: 'db-1' }, 'server', 'POLICY_DENIED'],
  [{ fleet: 'other' }, 'fleet', 'POLICY_DENIED'],
])('a patch that cannot be is refused at its place: %j', async (over, path, code) => {
  await using world = await createFleetWorld();
  const moreExecutors = [executorOf(world, 'fleet.patch')];
  await using executors = createTestExecutors({ moreExecutors });
  const params = { ...place, component: 'openssl', version: '3.2.2', ...over };
  const prepared = executors.prepare('fleet.patch', params, 'a');
  const refused = prepared.ok ? await prepared.action.plan(planCall()) : prepared.faults;
  expect(refused).toMatchObject(
    prepared.ok
      ? { refusal: { code, details: { faults: [{ path }] } } }
      : [{ path: `a.params.${path}`, code }],
  );
});

test.each([
  ['fleet.patch', { ...place, component: 'openssl', version: '3.2.2' }, 'server-1/versions/openssl', '3.2.2'],
  ['fleet.restart', place, 'server-1/boot', '7'],
])('what a server does late is no reason to tell it again: %s', async (name, params, file, value) => {
  await using world = await createFleetWorld({ settleMs: 1_500 });
  await using executors = createTestExecutors({ moreExecutors: [executorOf(world, name)] });
  const prepared = executors.prepare(name, params, 'a');
  const planned = prepared.ok ? await prepared.action.plan(planCall()) : null;
  if (!prepared.ok || !planned?.ok) throw new Error('It cannot be planned.');
  const { precondition } = planned.value;
  const call = { ...planCall(), precondition, idempotencyKey: 'ab'.repeat(32), taskId: 't', stepId: 's' };
  setTimeout(() => world.servers.write(file, value), 700);
  expect(await prepared.action.reconcile({ ...call, attempt: 2 })).toMatchObject({ kind: 'FOUND' });
});
