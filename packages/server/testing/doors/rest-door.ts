import type { TaskStatus } from '@countersign/shared';
import type { ErrorCode } from '../../src/domain/error-catalogue.ts';
import {
  emptyAnswer,
  type Door,
  type DoorAnswer,
  type DoorCaller,
  type ReadTask,
  type SeenPlan,
  type ToldError,
} from './door.ts';

/** What REST says, and whatever speaks it. */
export interface RestBody {
  readonly task_id?: string;
  readonly taskId?: string | null;
  readonly status?: string | number;
  readonly code?: ErrorCode | null;
  readonly reason?: ErrorCode;
  readonly replayed?: boolean;
  readonly faults?: readonly { readonly path: string }[];
  readonly retryAfterMs?: number | null;
  readonly revision?: number;
  readonly planHash?: string | null;
  readonly error?: ToldError | null;
}

export const createRestDoor = (url: string): Door => {
  const call = async (
    { key, tenantId }: DoorCaller,
    method: 'GET' | 'POST',
    path: string,
    { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
  ): Promise<RestBody> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'x-tenant-id': tenantId,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as RestBody;
  };
  const decide = async (caller: DoorCaller, { taskId, revision, planHash }: SeenPlan, more: object) =>
    answerByRest(
      await call(caller, 'POST', `/approvals/${taskId}`, {
        body: { revision, planHash, ...more },
        headers: { 'idempotency-key': crypto.randomUUID() },
      }),
    );
  return {
    name: 'REST',
    async submit(caller, { idempotencyKey, ...body }) {
      return answerByRest(
        await call(caller, 'POST', '/tasks', { body, headers: { 'idempotency-key': idempotencyKey } }),
      );
    },
    approve: (caller, plan) => decide(caller, plan, { decision: 'approve' }),
    reject: (caller, plan, reason) => decide(caller, plan, { decision: 'reject', reason }),
    async cancel(caller, taskId, reason) {
      return answerByRest(await call(caller, 'POST', `/tasks/${taskId}/cancel`, { body: { reason } }));
    },
    async read(caller, taskId) {
      return taskByRest(await call(caller, 'GET', `/tasks/${taskId}`));
    },
  };
};

export const answerByRest = (body: RestBody): DoorAnswer => ({
  ...emptyAnswer,
  taskId: body.task_id ?? body.taskId ?? null,
  status: typeof body.status === 'string' ? (body.status.toUpperCase() as TaskStatus) : null,
  code: body.reason ?? body.code ?? null,
  isReplay: body.replayed === true,
  faults: (body.faults ?? []).map(({ path }) => path),
  isToWait: typeof body.retryAfterMs === 'number',
});

export const taskByRest = (body: RestBody): ReadTask => ({ ...answerByRest(body), ...readFields(body) });

/** What an answer says of a task besides what every answer says. */
export const readFields = ({
  revision,
  planHash,
  error,
}: {
  readonly revision?: number | undefined;
  readonly planHash?: string | null | undefined;
  readonly error?: ToldError | null | undefined;
}): Partial<ReadTask> => ({
  ...(revision !== undefined && { revision }),
  ...(typeof planHash === 'string' && { planHash }),
  ...(error !== undefined && { error: error && { code: error.code, retriable: error.retriable } }),
});
