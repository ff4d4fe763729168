import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator, type Authenticator } from '../../testing/authenticator.ts';
import { countersignOf } from '../../testing/countersign-program.ts';
import { forgeClaim, forgeReview, intend } from '../../testing/forgeries.ts';
import { accepted, type Reviewer } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { consoleOrigin, passkeysOf, stepUpsOf } from '../../testing/step-ups.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import { createApprovalCommands } from '../modules/approvals/index.ts';

const home = { origin: consoleOrigin, rpId: new URL(consoleOrigin).hostname };

/** A person at the console, with the authenticators that they hold. */
const personAt = (world: World, { principal }: Reviewer, since = new Date()) => {
  const passkeys = passkeysOf(world.services);
  const commands = createApprovalCommands(world.services.approvals, stepUpsOf(world.services));
  const call = { viewer: signedIn(principal, { since }), traceparent: null };
  const asked = async (input: object) => accepted(await passkeys.beginStepUp.execute(call, input));
  const on = ({ id: taskId, revision, planHash }: Task) => ({ taskId, revision, planHash: planHash ?? '' });
  const registers = async (authenticator: Authenticator, stepUp?: object) => {
    const { challengeId, options } = await asked({ registration: true });
    const credential = authenticator.creates(options);
    const key = { name: 'A key', challengeId, credential };
    return passkeys.addPasskey.execute(call, { ...key, ...(stepUp && { stepUp }) });
  };
  const proves = async (authenticator: Authenticator, subject: object, at: object = {}) => {
    const { challengeId, options } = await asked(subject);
    return { challengeId, credential: authenticator.answers(options, at) };
  };
  return {
    call,
    passkeys,
    registers,
    proves,
    approves: async (task: Task, stepUp?: object) => {
      const outcome = await commands.approveTask.execute(call, { ...on(task), ...(stepUp && { stepUp }) });
      return outcome.ok ? outcome.value.approval.status : outcome.refusal.code;
    },
    together: async (verdict: 'APPROVE' | 'REJECT', tasks: readonly Task[], stepUp?: object) => {
      const order = { verdict, items: tasks.map(on), comment: 'Not while the books are open.' };
      const decided = accepted(
        await commands.decideTasks.execute(call, { ...order, ...(stepUp && { stepUp }) }),
      );
      return decided.map((item) => item.decided?.approval.status ?? item.refusal?.code);
    },
    forTask: (task: Task) => ({ approve: [on(task)] }),
    forTasks: (tasks: readonly Task[]) => ({ approve: tasks.map(on) }),
  };
};

describe('where policy demands a passkey', () => {
  let world: World;
  let person: ReturnType<typeof personAt>;
  const key = createAuthenticator(home);
  beforeAll(async () => {
    world = await createWorld({
      background: 'NONE',
      asking: { stepUp: 'REQUIRED', undoWindowMs: 3_600_000 },
    });
    person = personAt(world, world.approver);
  });
  afterAll(() => world[Symbol.asyncDispose]());
  const asks = () => world.agent.submits(aRiskyTask());

  test('nobody approves without one, and anybody rejects', async () => {
    const task = await asks();
    expect(await person.approves(task)).toBe('STEP_UP_REQUIRED');
    expect(await person.together('REJECT', [task])).toEqual(['REJECTED']);
  });

  test('an approval counts with an answer for exactly it, once', async () => {
    expect(await person.registers(key)).toMatchObject({ ok: true });
    const [task, other] = [await asks(), await asks()];
    expect(await person.approves(task)).toBe('STEP_UP_REQUIRED');
    const ofOther = await person.proves(key, person.forTask(other));
    expect(await person.approves(task, ofOther)).toBe('STEP_UP_REQUIRED');
    // What was tried for something else is used up.
    expect(await person.approves(other, ofOther)).toBe('STEP_UP_REQUIRED');

    const proof = await person.proves(key, person.forTask(task));
    const twice = await Promise.all([person.approves(task, proof), person.approves(task, proof)]);
    expect(twice.filter((status) => status === 'APPROVED')).toHaveLength(1);
    expect(await person.approves(other, proof)).toBe('STEP_UP_REQUIRED');

    const [approval] = await world.approvalsOf(task);
    const [review] = await world.services.approvals.reviews([approval?.id ?? '']);
    const own = accepted(await person.passkeys.passkeys.execute(person.call, {}));
    expect(review).toMatchObject({ passkeyId: own[0]?.id, stepUpId: proof.challengeId });
  });

  test('one answer is for all that are decided together', async () => {
    const tasks = [await asks(), await asks()];
    expect(await person.together('APPROVE', tasks)).toEqual(['STEP_UP_REQUIRED', 'STEP_UP_REQUIRED']);
    const proof = await person.proves(key, person.forTasks(tasks.toReversed()));
    expect(await person.together('APPROVE', tasks, proof)).toEqual(['APPROVED', 'APPROVED']);
  });

  test.each([
    ['from another page', { origin: 'https://countersign.example.evil' }],
    ['for another host', { rpId: 'evil.example' }],
    ['without showing who is there', { isVerified: false }],
  ])('an answer %s is none', async (_which, at) => {
    const task = await asks();
    const proof = await person.proves(key, person.forTask(task), at);
    expect(await person.approves(task, proof)).toBe('STEP_UP_REQUIRED');
    expect(await failures(world)).toContain('ANSWER');
  });

  test('the database counts no approval without it, whatever the server says', async () => {
    const task = await asks();
    await expect(forgeReview(world.services.database, task, world.approver.principal.id)).rejects.toThrow(
      'it needs the passkey of its author',
    );
  });

  test('no effect begins on an approval without it', async () => {
    await using other = await createWorld({
      background: 'NONE',
      asking: { stepUp: 'OFF', undoWindowMs: 3_600_000 },
    });
    const begin = async (terms: string) => {
      const task = await other.agent.submits(aRiskyTask());
      await other.approver.approves(task);
      await other.owner.query(
        `UPDATE approval_request SET effective_at = now(), undo_window_ms = 0, step_up = $2 WHERE task_id = $1`,
        [task.id, terms],
      );
      return intend(other.services.database, task, await forgeClaim(other.services.database, task));
    };
    await begin('WHERE_REGISTERED');
    await expect(begin('REQUIRED')).rejects.toThrow('0 of 1 approvals stand');
  });

  test('whoever has one shows it before another is added or one removed', async () => {
    const second = createAuthenticator(home);
    expect(await person.registers(second)).toMatchObject({ refusal: { code: 'STEP_UP_REQUIRED' } });
    const added = accepted(await person.registers(second, await person.proves(key, { passkeys: true })));
    const remove = (stepUp?: object) =>
      person.passkeys.removePasskey.execute(person.call, { passkeyId: added.id, ...(stepUp && { stepUp }) });
    expect(await remove()).toMatchObject({ refusal: { code: 'STEP_UP_REQUIRED' } });
    expect(accepted(await remove(await person.proves(second, { passkeys: true })))).toMatchObject({
      left: 1,
    });
    const task = await asks();
    const { challengeId, options } = accepted(
      await person.passkeys.beginStepUp.execute(person.call, person.forTask(task)),
    );
    expect(await person.approves(task, { challengeId, credential: second.answers(options) })).toBe(
      'STEP_UP_REQUIRED',
    );
  });

  test('the first one is added by whoever has just signed in', async () => {
    const late = personAt(world, world.secondApprover, new Date(Date.now() - 11 * 60_000));
    expect(await late.passkeys.beginStepUp.execute(late.call, { registration: true })).toMatchObject({
      refusal: { code: 'PRECONDITION_FAILED' },
    });
    // Asked in time, and answered by a session that is older.
    const soon = personAt(world, world.secondApprover);
    const { challengeId, options } = accepted(
      await soon.passkeys.beginStepUp.execute(soon.call, { registration: true }),
    );
    const added = { name: 'A key', challengeId, credential: createAuthenticator(home).creates(options) };
    expect(await late.passkeys.addPasskey.execute(late.call, added)).toMatchObject({
      refusal: { code: 'PRECONDITION_FAILED' },
    });
    expect(await soon.passkeys.addPasskey.execute(soon.call, added)).toMatchObject({ ok: true });
  });

  test('who lost theirs has them reset by the operator of the machine, on record', async () => {
    const { principal } = world.secondApprover;
    const countersign = countersignOf(world);
    expect(await countersign('passkeys', 'reset', 'Nobody')).toMatchObject({ code: 1 });
    const { code, out } = await countersign('passkeys', 'reset', principal.name, '--json');
    expect({ code, ...(JSON.parse(out) as object) }).toEqual({ code: 0, principal: 'Bob', removed: 1 });
    expect(await world.services.stores.passkeys.find(null, principal.id)).toEqual([]);
    const [told] = await world.owner.query(
      `SELECT actor_id AS "actorId", data FROM event WHERE type = 'passkey.removed' ORDER BY seq DESC LIMIT 1`,
    );
    expect(told).toMatchObject({ actorId: null, data: { principalId: principal.id, left: 0 } });
  });

  test('a counter that goes back blocks the passkey', async () => {
    const task = await asks();
    key.counter = 0;
    const proof = await person.proves(key, person.forTask(task));
    expect(await person.approves(task, proof)).toBe('STEP_UP_REQUIRED');
    expect(await failures(world)).toContain('COUNTER');
    expect(await person.passkeys.beginStepUp.execute(person.call, person.forTask(task))).toMatchObject({
      refusal: { code: 'STEP_UP_REQUIRED' },
    });
  });
});

test('where policy asks those who have one, the others approve as ever', async () => {
  await using world = await createWorld({
    background: 'NONE',
    asking: { stepUp: 'WHERE_REGISTERED', undoWindowMs: 3_600_000 },
  });
  const [with_, without] = [personAt(world, world.approver), personAt(world, world.secondApprover)];
  const key = createAuthenticator(home);
  await with_.registers(key);
  const task = await world.agent.submits(aRiskyTask());
  expect(await with_.approves(task)).toBe('STEP_UP_REQUIRED');
  await expect(forgeReview(world.services.database, task, world.approver.principal.id)).rejects.toThrow(
    'it needs the passkey of its author',
  );
  expect(await without.approves(task)).toBe('APPROVED');
  const next = await world.agent.submits(aRiskyTask());
  expect(await with_.approves(next, await with_.proves(key, with_.forTask(next)))).toBe('APPROVED');
});

const failures = async (world: World): Promise<readonly string[]> => {
  const rows = await world.owner.query<{ reason: string }>(
    `SELECT data->>'reason' AS reason FROM event WHERE type = 'passkey.step_up_failed'`,
  );
  return rows.map(({ reason }) => reason);
};
