import { expect, test } from 'vitest';
import { actsOn } from '../../testing/access-node.ts';
import { forgeClaim, intend } from '../../testing/forgeries.ts';
import { accepted, type Reviewer } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Stage } from '../domain/quorum.ts';
import type { Task } from '../domain/task.ts';

const stages: readonly Stage[] = [
  {
    name: 'The platform',
    needs: [
      { group: 'leads', required: 1 },
      { group: 'security', required: 1 },
    ],
  },
  { name: 'The release', needs: [{ group: 'managers', required: 1 }] },
];

/** An administrator, and a way to put people into a group. */
const organise = async (world: World) => {
  const { access } = world.services;
  const ada = signedIn(
    await access.ensurePrincipal({ tenantId: world.tenantId, type: 'HUMAN', name: 'Ada', roles: ['ADMIN'] }),
  );
  const acts = actsOn(access);
  const join = async (name: string, ...members: Reviewer[]) => {
    const group = accepted(await acts.createGroup(ada, { name }));
    const principalIds = members.map(({ principal }) => principal.id);
    return accepted(await acts.addGroupMembers(ada, { groupId: group.id, principalIds }));
  };
  return { ada, acts, join };
};

const decide = async (
  world: World,
  { principal }: Reviewer,
  task: Task,
  verdict: 'APPROVE' | 'REJECT' = 'APPROVE',
) => {
  const [reviewer] = await world.services.access.findPrincipals(world.tenantId, [principal.id]);
  if (!reviewer) throw new Error('The reviewer is gone.');
  const outcome = await world.services.approvals.decide({
    reviewer: signedIn(reviewer),
    taskId: task.id,
    verdict,
    on: { revision: task.revision, planHash: task.planHash ?? '' },
    comment: verdict === 'APPROVE' ? null : 'The contract does not allow it.',
  });
  return outcome.ok ? outcome.value.approval.status : outcome.refusal.message;
};

test('each stage waits for its groups, in their order, and then it runs', async () => {
  await using world = await createWorld({ asking: { stages } });
  const { ada, acts, join } = await organise(world);
  const { access } = world.services;
  const { approver: lead, secondApprover: guard } = world;
  const [manager, other] = [await world.hires('Mary'), await world.hires('Otto')];
  const leads = await join('leads', lead);
  await join('security', guard, lead);
  await join('managers', manager);
  const task = await world.agent.submits(aRiskyTask());
  // Policy and what is open name a group by its name.
  const rename = (name: string) => acts.renameGroup(ada, { groupId: leads.id, name });
  expect(await access.countAsked(world.tenantId, ['leads', 'nobody'])).toEqual(new Map([['leads', 1]]));
  expect(await rename('heads')).toMatchObject({ refusal: { code: 'PRECONDITION_FAILED' } });
  expect(await rename(`@${guard.principal.id}`)).toMatchObject({
    refusal: { details: { faults: [{ path: 'name', message: 'may not begin with @' }] } },
  });

  expect(await decide(world, other, task)).toBe(
    'Only members of leads or security or managers can decide this.',
  );
  expect(await decide(world, manager, task)).toBe(
    'Your turn comes later: the stage before waits for 1 more of leads and 1 more of security.',
  );
  expect(await decide(world, lead, task)).toBe('PENDING');
  expect(await decide(world, guard, task)).toBe('PENDING');
  expect(await decide(world, manager, task)).toBe('APPROVED');
  await world.reaches(task, 'SUCCEEDED');

  expect(await rename('managers')).toMatchObject({ refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
  expect(accepted(await rename('heads'))).toMatchObject({ id: leads.id, name: 'heads' });
  expect((await access.findMembers(world.tenantId, ['heads'])).map(({ id }) => id)).toEqual([
    lead.principal.id,
  ]);
  expect((await access.findPrincipal(lead.principal.id))?.groups).toEqual(['heads', 'security']);
  expect(await access.findMembers(world.tenantId, ['leads'])).toEqual([]);
});

test('a group with a veto ends what nobody asks it about, and its yes lets nothing through', async () => {
  const leadsAlone = [{ name: 'The platform', needs: [{ group: 'leads', required: 1 }] }];
  await using world = await createWorld({ asking: { stages: leadsAlone, vetoGroups: ['legal'] } });
  const { ada, acts, join } = await organise(world);
  const { approver: lead, secondApprover: other } = world;
  const lawyer = await world.hires('Lee');
  await join('leads', lead);
  const legal = await join('legal', lawyer);
  const [ended, spared] = await world.agent.submitsMany([aRiskyTask(), aRiskyTask()]);
  if (!ended || !spared) throw new Error('Nothing was submitted.');

  const notAsked = 'Only members of leads or legal can decide this.';
  expect(await decide(world, other, ended, 'REJECT')).toBe(notAsked);
  expect(await decide(world, lawyer, ended)).toBe('You may reject this; its approval is for leads to give.');
  expect(await decide(world, lawyer, ended, 'REJECT')).toBe('REJECTED');
  expect(await decide(world, lead, ended)).toBe('This was already rejected.');
  expect(await world.reaches(ended, 'REJECTED')).toMatchObject({
    error: { message: 'Lee said no: The contract does not allow it.' },
  });

  await acts.removeGroupMembers(ada, { groupId: legal.id, principalIds: [lawyer.principal.id] });
  expect(await decide(world, lawyer, spared, 'REJECT')).toBe(notAsked);
  expect(await decide(world, lead, spared)).toBe('APPROVED');
  await world.reaches(spared, 'SUCCEEDED');
});

test('the gate in the database counts by stage and group itself', async () => {
  await using world = await createWorld({ asking: { stages, undoWindowMs: 3_600_000 }, background: 'NONE' });
  const { ada, acts, join } = await organise(world);
  const { approver: lead, secondApprover: guard } = world;
  const manager = await world.hires('Mary');
  await join('leads', lead);
  await join('security', guard);
  const managers = await join('managers', manager);
  const task = await world.agent.submits(aRiskyTask());
  await decide(world, lead, task);
  await decide(world, guard, task);
  await decide(world, manager, task);
  await world.owner.query(
    'UPDATE approval_request SET effective_at = now(), undo_window_ms = 0 WHERE task_id = $1',
    [task.id],
  );
  const stepId = await forgeClaim(world.services.database, task);
  const effect = () => intend(world.services.database, task, stepId);

  await acts.removeGroupMembers(ada, { groupId: managers.id, principalIds: [manager.principal.id] });
  await expect(effect()).rejects.toThrow('effect refused: stage 2 lacks approvals');
  // What was given in one stage does not count in another.
  await acts.addGroupMembers(ada, { groupId: managers.id, principalIds: [guard.principal.id] });
  await expect(effect()).rejects.toThrow('effect refused: stage 2 lacks approvals');
  await acts.addGroupMembers(ada, { groupId: managers.id, principalIds: [manager.principal.id] });
  await effect();
});
