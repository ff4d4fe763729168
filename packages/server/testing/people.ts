import type { Outcome } from '../src/domain/errors.ts';
import type { Principal } from '../src/domain/principal.ts';
import type { Task } from '../src/domain/task.ts';
import type { Decided, DecideCommand } from '../src/modules/approvals/index.ts';
import type { Submitted } from '../src/modules/tasks/index.ts';
import type { SubmissionInput } from '../src/modules/tasks/submission.ts';
import type { Services } from '../src/services.ts';
import { signedIn } from './signed-in.ts';

/** A submission whose idempotency key is made up where none is given. */
export type TaskInput = Omit<SubmissionInput, 'idempotencyKey'> & { readonly idempotencyKey?: string };

export interface Submitter {
  readonly principal: Principal;
  /** Throws where the submission is refused. */
  submits(input: TaskInput): Promise<Task>;
  submitsMany(inputs: readonly TaskInput[]): Promise<Task[]>;
  /** As submits, with the refusal as a value. */
  asks(input: TaskInput): Promise<Outcome<Submitted>>;
  cancels(task: Pick<Task, 'id'>): Promise<Outcome<Task>>;
}

type Decidable = Pick<Task, 'id' | 'revision' | 'planHash'>;

export interface Reviewer {
  readonly principal: Principal;
  /** Throws where the vote is refused. */
  approves(task: Decidable): Promise<Decided>;
  rejects(task: Decidable, reason?: string): Promise<Decided>;
  withdraws(task: Decidable): Promise<Decided>;
  /** Any of the three, with the refusal as a value. */
  votes(verdict: DecideCommand['verdict'], task: Decidable): Promise<Outcome<Decided>>;
}

/** Whoever takes part in a story, in one tenant. */
export interface People {
  readonly tenantId: string;
  readonly agent: Submitter;
  readonly operator: Submitter;
  readonly approver: Reviewer;
  readonly secondApprover: Reviewer;
  /** Another approver of that name. */
  hires(name: string): Promise<Reviewer>;
}

export const gather = async (services: Services, tenantName: string): Promise<People> => {
  const { access } = services;
  const { id: tenantId } = await access.ensureTenant(tenantName);
  const person = (name: string, roles: Principal['roles']): Promise<Principal> =>
    access.ensurePrincipal({ tenantId, type: 'HUMAN', name, roles });
  const hires = async (name: string): Promise<Reviewer> =>
    createReviewer(services, await person(name, ['APPROVER']));
  const owner = await person('Olga', ['OPERATOR', 'APPROVER']);
  const agent = await access.ensurePrincipal({
    tenantId,
    type: 'AGENT',
    name: 'builder',
    roles: ['SUBMITTER'],
    ownerId: owner.id,
  });
  return {
    tenantId,
    agent: createSubmitter(services, agent),
    operator: createSubmitter(services, owner),
    approver: await hires('Ann'),
    secondApprover: await hires('Bob'),
    hires,
  };
};

export const createSubmitter = (services: Services, principal: Principal): Submitter => {
  const submit = (inputs: readonly TaskInput[]): Promise<Outcome<Submitted>[]> =>
    services.tasks.submit(
      signedIn(principal),
      inputs.map((input) => ({ idempotencyKey: crypto.randomUUID(), ...input })),
      null,
    );
  const submitsMany = async (inputs: readonly TaskInput[]): Promise<Task[]> =>
    (await submit(inputs)).map((outcome) => accepted(outcome).task);
  return {
    principal,
    submitsMany,
    async submits(input) {
      const [task] = await submitsMany([input]);
      if (!task) throw new Error('A submission got no answer.');
      return task;
    },
    async asks(input) {
      const [outcome] = await submit([input]);
      if (!outcome) throw new Error('A submission got no answer.');
      return outcome;
    },
    cancels: ({ id }) => services.tasks.cancel(principal, id, 'the story says so'),
  };
};

export const createReviewer = (services: Services, principal: Principal): Reviewer => {
  const decide = (verdict: DecideCommand['verdict'], task: Decidable, comment: string | null = null) =>
    services.approvals.decide({
      reviewer: signedIn(principal),
      taskId: task.id,
      verdict,
      on: { revision: task.revision, planHash: task.planHash ?? '' },
      comment,
    });
  const aReason = 'not before the freeze is over';
  return {
    principal,
    approves: async (task) => accepted(await decide('APPROVE', task)),
    rejects: async (task, reason = aReason) => accepted(await decide('REJECT', task, reason)),
    withdraws: async (task) => accepted(await decide('WITHDRAW', task)),
    votes: (verdict, task) => decide(verdict, task, verdict === 'APPROVE' ? null : aReason),
  };
};

/** What was asked for; throws where it was refused. */
export const accepted = <Value>(outcome: Outcome<Value>): Value => {
  if (outcome.ok) return outcome.value;
  throw new Error(`Refused with ${outcome.refusal.code}: ${outcome.refusal.message}`);
};
