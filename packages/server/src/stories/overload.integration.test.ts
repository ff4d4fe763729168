import { afterAll, beforeAll, expect, it } from 'vitest';
import { signedIn } from '../../testing/signed-in.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createOperationLine, type OperationLine } from '../operations/operation-line.ts';
import { createOperations, type Operations } from '../operations.ts';

let world: World;
let line: OperationLine;
let operations: Operations;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  line = createOperationLine({ atOnce: 1, atOnceEach: 1, waiting: 20 });
  operations = createOperations(world.services, {} as never, {} as never, undefined, undefined, line);
});
afterAll(() => world[Symbol.asyncDispose]());

const call = ({ principal }: Pick<World['agent'], 'principal'>) => ({
  viewer: signedIn(principal),
  traceparent: null,
});

it('people are answered in between, whatever programs ask for, and all that was let in is done', async () => {
  const order: string[] = [];
  const asks = (who: Pick<World['agent'], 'principal'>, name: string) =>
    operations.tasks.execute(call(who), {}).then((outcome) => {
      order.push(name);
      return outcome;
    });
  const many = Array.from({ length: 60 }, () => asks(world.agent, 'many'));
  expect(line.isFull(call(world.agent).viewer)).toBe(true);
  expect(line.isFull(call(world.approver).viewer)).toBe(false);
  expect(await asks(world.approver, 'one')).toMatchObject({ ok: true });
  expect(order.length).toBeLessThan(20);
  for (const outcome of await Promise.all(many)) expect(outcome).toMatchObject({ ok: true });
  expect(line.isFull(call(world.agent).viewer)).toBe(false);
});

it('who stops what goes wrong waits for nobody', async () => {
  const held = Promise.withResolvers<undefined>();
  const hogs = [1, 2].map(() => line.run(call(world.approver).viewer, () => held.promise));
  const stopped = await operations.engageKillSwitch.execute(call(world.approver), {
    scope: { kind: 'TENANT' },
    mode: 'PAUSE',
    reason: 'Something goes wrong here.',
  });
  expect(stopped).toMatchObject({ ok: true });
  held.resolve(undefined);
  await Promise.all(hogs);
});
