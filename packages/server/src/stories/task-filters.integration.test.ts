import { environments, priorities, taskModes, taskStatuses } from '@countersign/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import { createOperations, type Operations } from '../operations.ts';

let world: World;
let operations: Operations;
let all: readonly Task[];

beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  operations = createOperations(world.services, {} as never, {} as never);
  const one = (index: number): object => ({
    idempotencyKey: `key-${index}`,
    goal: index % 2 === 0 ? 'Tidy up' : 'Water the plants',
    mode: taskModes[index % taskModes.length],
    priority: (['NORMAL', 'LOW'] as const)[index % 2],
    environment: (['DEVELOPMENT', 'STAGING'] as const)[index % 2],
    requiresApproval: index % 3 === 0,
    correlationId: `group-${index % 3}`,
    tags: [`tag-${index % 4}`],
  });
  for (let index = 0; index < 12; index += 1)
    await (index % 4 === 0 ? world.operator : world.agent).asks(anErrand({}, one(index)));
  const viewer = signedIn({ ...world.operator.principal, roles: ['ADMIN', 'OPERATOR'] });
  all = accepted(await operations.tasks.execute({ viewer, traceparent: null }, { first: 200 })).nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

/** What each field of the filter is about; two in one say the same of any task. */
const meaning: Readonly<Record<string, (task: Task, value: never) => boolean>> = {
  ids: ({ id }, ids: readonly string[]) => ids.includes(id),
  status: ({ status }, values: readonly string[]) => values.includes(status),
  environment: ({ environment }, values: readonly string[]) => values.includes(environment),
  priority: ({ priority }, values: readonly string[]) => values.includes(priority),
  mode: ({ mode }, values: readonly string[]) => values.includes(mode),
  idempotencyKey: ({ idempotencyKey }, key: string) => idempotencyKey === key,
  mine: ({ submittedById }, isMine: boolean) => !isMine || submittedById === world.operator.principal.id,
  createdFrom: ({ createdAt }, from: string) => createdAt >= new Date(from),
  createdTo: ({ createdAt }, to: string) => createdAt < new Date(to),
  submittedById: ({ submittedById }, id: string) => submittedById === id,
  search: ({ goal }, words: string) => goal.toLowerCase().includes(words.toLowerCase()),
  tag: ({ tags }, tag: string) => tags.includes(tag),
  correlationId: ({ correlationId }, id: string) => correlationId === id,
};

test('a filter of tasks gives those that each of its fields is true of, and counts them', async () => {
  expect(all).toHaveLength(12);
  const task = fc.constantFrom(...all);
  const some = <Value>(...values: readonly Value[]) => fc.subarray([...values], { minLength: 1 });
  const anyFilter = fc.record({
    ids: fc.subarray(
      all.map(({ id }) => id),
      { minLength: 1 },
    ),
    status: some(...taskStatuses),
    environment: some(...environments),
    priority: some(...priorities),
    mode: some(...taskModes),
    idempotencyKey: task.map(({ idempotencyKey }) => idempotencyKey),
    mine: fc.boolean(),
    createdFrom: task.map(({ createdAt }) => createdAt.toISOString()),
    createdTo: task.map(({ createdAt }) => createdAt.toISOString()),
    submittedById: task.map(({ submittedById }) => submittedById),
    search: fc.constantFrom('tidy', 'WATER', 'the'),
    tag: fc.constantFrom('tag-0', 'tag-1', 'tag-2'),
    correlationId: fc.constantFrom('group-0', 'group-1'),
  });
  const viewer = signedIn({ ...world.operator.principal, roles: ['ADMIN', 'OPERATOR'] });
  let found = 0;
  const fields = fc.subarray(Object.keys(meaning), { minLength: 1, maxLength: 3 });
  const property = fc.asyncProperty(anyFilter, fields, async (whole, names) => {
    const filter = Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name)));
    const page = accepted(
      await operations.tasks.execute({ viewer, traceparent: null }, { filter, first: 200 }),
    );
    const expected = all.filter((each) =>
      Object.entries(filter).every(([name, value]) => meaning[name]?.(each, value as never)),
    );
    expect(page.nodes.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(await page.count?.()).toBe(expected.length);
    found += expected.length;
  });
  await fc.assert(property, { numRuns: 300 });
  expect(found).toBeGreaterThan(100);
});
