import { afterAll, beforeAll, expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Principal } from '../domain/principal.ts';
import type { Onlookers } from '../modules/approvals/index.ts';
import { createOperations } from '../operations.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE', asking: { required: 2 } });
});
afterAll(() => world[Symbol.asyncDispose]());

/** What somebody is told through a node, as they look at a request there. */
const looksAt = async (services: World['services'], who: Principal, approvalId: string) => {
  const { onlookers } = createOperations(services, {} as never, {} as never);
  return onlookers.execute({ viewer: signedIn(who), traceparent: null }, { approvalId });
};

const nextOf = async (told: AsyncIterableIterator<Onlookers>): Promise<readonly string[]> => {
  const { value } = (await told.next()) as { value: Onlookers };
  return value.principalIds;
};

test('people see who else has a request before them, through whichever node, and nothing of it is kept', async () => {
  const { approver, secondApprover, agent } = world;
  const [request] = await world.approvalsOf(await agent.submits(aRiskyTask()));
  const id = request?.id ?? '';
  const node = await world.startsNode();
  const ann = accepted(await looksAt(world.services, approver.principal, id));
  expect(await nextOf(ann)).toEqual([]);

  const ben = accepted(await looksAt(node, secondApprover.principal, id));
  const first = await nextOf(ben);
  // Who comes later hears of who is there with the next word of their node, or at once in the same one.
  const benSees = first.length > 0 ? Promise.resolve(first) : nextOf(ben);
  expect(await nextOf(ann)).toEqual([secondApprover.principal.id]);
  const again = accepted(await looksAt(node, secondApprover.principal, id));
  await again.next();
  await again.return?.();
  expect(await benSees).toEqual([approver.principal.id]);
  const gone = nextOf(ann);
  await ben.return?.();
  expect(await gone).toEqual([]);
  await ann.return?.();

  expect(await looksAt(world.services, agent.principal, id)).toMatchObject({
    refusal: { code: 'AUTHORIZATION_FAILED' },
  });
  const elsewhere = await world.inTenant('elsewhere');
  expect(await looksAt(world.services, elsewhere.approver.principal, id)).toMatchObject({
    refusal: { code: 'RESOURCE_NOT_FOUND' },
  });
});
