import { afterAll, beforeAll, expect, it } from 'vitest';
import { signedIn } from '../../testing/signed-in.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createLine } from '../infra/line.ts';
import { createOperations, type Operations } from '../operations.ts';

let world: World;
let operations: Operations;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  const line = createLine({ atOnce: 1, atOnceEach: 1, waiting: 20, patienceMs: 60_000 });
  operations = createOperations(world.services, {} as never, {} as never, undefined, undefined, line);
});
afterAll(() => world[Symbol.asyncDispose]());

const asks = (principal: World['agent']['principal']) =>
  operations.tasks.execute({ viewer: signedIn(principal), traceparent: null }, {});

it('what is more than can wait is refused, done in no part, and others are asked in between', async () => {
  const order: string[] = [];
  const many = Array.from({ length: 60 }, () =>
    asks(world.agent.principal).then((outcome) => {
      order.push('many');
      return outcome;
    }),
  );
  const one = asks(world.approver.principal).then((outcome) => {
    order.push('one');
    return outcome;
  });
  expect(await one).toMatchObject({ ok: true });
  const outcomes = await Promise.all(many);
  const refused = outcomes.filter(({ ok }) => !ok);
  expect(refused.length).toBe(39);
  for (const outcome of refused)
    expect(outcome).toMatchObject({
      refusal: { code: 'SERVICE_DOWN', retriable: true, retryAfterMs: 2_000 },
    });
  expect(order.slice(39).indexOf('one')).toBeLessThan(4);
  expect(await asks(world.agent.principal)).toMatchObject({ ok: true });
});
