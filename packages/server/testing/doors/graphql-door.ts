import type { TaskStatus } from '@countersign/shared';
import type { ErrorCode } from '../../src/domain/error-catalogue.ts';
import {
  emptyAnswer,
  type Door,
  type DoorCaller,
  type SeenPlan,
  type ToldError,
  type DoorAnswer,
} from './door.ts';

interface TaskFields {
  readonly id: string;
  readonly status: TaskStatus;
  readonly revision: number;
  readonly plan: { readonly hash: string } | null;
  readonly error: ToldError | null;
}

interface Payload {
  readonly task: TaskFields | null;
  readonly replayed?: boolean;
  readonly refusal: {
    readonly code: ErrorCode;
    readonly retryAfterMs: number | null;
    readonly details: {
      readonly taskId?: string;
      readonly faults?: readonly { readonly path: string }[];
    } | null;
  } | null;
}

const task = 'task { id status revision plan { hash } error { code retriable } }';
const refusal =
  'refusal { code retryAfterMs details { ... on ExistingTask { taskId } ... on InputFaults { faults { path } } } }';
const mutation = (name: string, input: string, fields = ''): string =>
  `mutation ($input: ${input}!) { done: ${name}(input: $input) { ${task} ${refusal} ${fields} } }`;

export const createGraphqlDoor = (url: string): Door => {
  const ask = async <Data>({ key }: DoorCaller, query: string, variables: object): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Data; errors?: object };
    if (errors) throw new Error(`GraphQL told of errors: ${JSON.stringify(errors)}`);
    return data;
  };
  const change = async (caller: DoorCaller, query: string, input: object): Promise<DoorAnswer> =>
    told((await ask<{ done: Payload }>(caller, query, { input })).done);
  const decide = (
    caller: DoorCaller,
    name: string,
    input: string,
    plan: SeenPlan,
    more: object,
  ): Promise<DoorAnswer> => {
    const { taskId, revision, planHash } = plan;
    return change(caller, mutation(name, input), { taskId, revision, planHash, ...more });
  };
  return {
    name: 'GraphQL',
    submit: (caller, submission) =>
      change(caller, mutation('executeTask', 'ExecuteTaskInput', 'replayed'), submission),
    approve: (caller, plan) => decide(caller, 'approveTask', 'ApproveTaskInput', plan, {}),
    reject: (caller, plan, reason) => decide(caller, 'rejectTask', 'RejectTaskInput', plan, { reason }),
    cancel: (caller, taskId, reason) =>
      change(caller, mutation('cancelTask', 'CancelTaskInput'), { taskId, reason }),
    async read(caller, taskId) {
      const query = `query ($id: ID!) { ${task.replace('task', 'task(id: $id)')} }`;
      const { task: found } = await ask<{ task: TaskFields | null }>(caller, query, { id: taskId });
      if (!found) return { ...emptyAnswer, code: 'RESOURCE_NOT_FOUND' };
      const { revision, plan, status, error } = found;
      return {
        ...emptyAnswer,
        ...{ taskId, status, revision, error },
        ...(plan && { planHash: plan.hash }),
      };
    },
  };
};

/** A task that policy denied, or that people must decide on, says so by its status here. */
const codeOf = ({ task: found, refusal: no }: Payload): ErrorCode | null => {
  if (no) return no.code;
  if (found?.status === 'DENIED') return 'POLICY_DENIED';
  return found?.status === 'AWAITING_APPROVAL' ? 'HITL_REQUIRED' : null;
};

const told = (payload: Payload): DoorAnswer => ({
  ...emptyAnswer,
  taskId: payload.task?.id ?? payload.refusal?.details?.taskId ?? null,
  status: payload.task?.status ?? null,
  code: codeOf(payload),
  isReplay: payload.replayed === true,
  faults: (payload.refusal?.details?.faults ?? []).map(({ path }) => path),
  isToWait: typeof payload.refusal?.retryAfterMs === 'number',
});
