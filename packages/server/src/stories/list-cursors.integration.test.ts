import { afterAll, beforeAll, expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Outcome } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import { newId } from '../infra/ids.ts';
import type { Page } from '../modules/inputs.ts';
import type { AnyOperation } from '../modules/operation.ts';
import { createOperations } from '../operations.ts';

let world: World;
let operations: readonly AnyOperation[];
let admin: Principal;
let taskId: string;

beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  operations = Object.values(createOperations(world.services, {} as never, {} as never));
  admin = { ...world.operator.principal, roles: ['ADMIN', 'OPERATOR', 'APPROVER', 'SUBMITTER'] };
  taskId = (await world.agent.submits(aRiskyTask())).id;
});
afterAll(() => world[Symbol.asyncDispose]());

const callOf = (principal: Principal) => ({ viewer: signedIn(principal), traceparent: null });

/** Places in the log are the same for all that read it. */
const logs = ['events', 'outgoingEvents', 'taskEvents', 'auditEntries'];

/** Lists in an order that the cursor's row alone tells. */
const byName = ['principals', 'groups', 'delegations', 'assets', 'catalogueEntries'];
const isTaken = (told: unknown): boolean => told === true || told === 'RESYNC_REQUIRED';

/** What these need besides. */
const needed: Readonly<Record<string, object>> = {
  catalogueEntries: { kind: 'CONTROL' },
  get taskEvents() {
    return { taskId };
  },
};

const paged = (): readonly AnyOperation[] =>
  operations.filter(({ input }) => 'after' in ((input as { shape?: object }).shape ?? {}));

/** Of each list a cursor, as its page told it; where a list is empty, of the form that its others have. */
const cursors = async (): Promise<ReadonlyMap<string, string>> => {
  const told = await Promise.all(
    paged().map(async ({ name, execute }): Promise<[string, string]> => {
      if (logs.includes(name)) return [name, '1'];
      const page = accepted(await execute(callOf(admin), { ...needed[name] })) as Partial<Page<unknown>>;
      const [node] = page.nodes ?? [];
      const place = name === 'policyVersions' ? '1' : newId();
      return [name, page.cursorOf && node ? page.cursorOf(node) : `${name}:${place}`];
    }),
  );
  return new Map(told);
};

test('a cursor names its list: no other takes it, and says so', async () => {
  const all = await cursors();
  expect([...all.keys()]).toEqual(expect.arrayContaining(['tasks', 'approvals', 'principals', ...logs]));
  const taken: string[] = [];
  for (const { name, execute } of paged())
    for (const [other, after] of [...all, ['an id', newId()] as const]) {
      if (other === name || (logs.includes(other) && logs.includes(name))) continue;
      const outcome = await execute(callOf(admin), { ...needed[name], after });
      const isRefused = !outcome.ok && /^after is |^after: /.test(outcome.refusal.message);
      // Agents go on after an agent, by its id.
      if (name === 'agents' && other === 'an id') expect(outcome).toMatchObject({ ok: false });
      else if (!isRefused) taken.push(`${name} takes ${other}: ${after}`);
    }
  expect(taken).toEqual([]);

  const tasks = paged().find(({ name }) => name === 'tasks');
  expect(await tasks?.execute(callOf(admin), { after: all.get('approvals') })).toMatchObject({
    ok: false,
    refusal: {
      code: 'SCHEMA_VALIDATION_FAILED',
      message: 'after is a cursor of approvals: give what a page of tasks told.',
    },
  });
});

test('its own list takes it', async () => {
  const all = await cursors();
  for (const { name, execute } of paged()) {
    if (name === 'agents' || name === 'events' || name === 'outgoingEvents') continue;
    const outcome = await execute(callOf(admin), { ...needed[name], after: all.get(name) });
    // Those that are empty have no row to go on behind.
    if (byName.includes(name)) expect(outcome.ok || outcome.refusal.code, name).toSatisfy(isTaken);
    else expect(outcome, name).toMatchObject({ ok: true });
  }
});

test('behind a row that is gone no list seems to end: it goes on from the place, or says that it cannot', async () => {
  const missed: string[] = [];
  for (const { name, execute } of paged()) {
    if ([...logs, 'agents', 'policyVersions', 'approvals'].includes(name)) continue;
    const read = async (page: object) =>
      (await execute(callOf(admin), { ...needed[name], ...page })) as Outcome<Page<unknown>>;
    const all = accepted(await read({})).nodes.length;
    const behind = await read({ after: `${name}:${newId()}` });
    const isSaid = !behind.ok && behind.refusal.code === 'RESYNC_REQUIRED';
    if (byName.includes(name) ? !isSaid : !behind.ok || behind.value.nodes.length !== all) missed.push(name);
  }
  expect(missed).toEqual([]);
});

test('of requests, those that are decided are another list than those that are open', async () => {
  const approvals = paged().find(({ name }) => name === 'approvals');
  const open = (await cursors()).get('approvals');
  expect(await approvals?.execute(callOf(admin), { filter: { view: 'DECIDED' }, after: open })).toMatchObject(
    {
      ok: false,
      refusal: {
        message: 'after is a cursor of approvals: give what a page of approvals of view DECIDED told.',
      },
    },
  );
});
