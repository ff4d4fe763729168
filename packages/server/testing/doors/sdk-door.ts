import { createCountersign, type Changed, type Refusal, type Task } from '../../../sdk/src/index.ts';
import type { ErrorCode } from '../../src/domain/error-catalogue.ts';
import { emptyAnswer, type Door, type DoorCaller, type DoorAnswer } from './door.ts';

/** Agents decide nothing by it, and see no plan: people do both at another door. */
export const createSdkDoor = (
  url: string,
  { approve, reject, read: readElsewhere }: Pick<Door, 'approve' | 'reject' | 'read'>,
): Door => {
  const by = async <Value>(
    { key: apiKey }: DoorCaller,
    ask: (client: ReturnType<typeof createCountersign>) => Promise<Value>,
  ): Promise<Value> => {
    const client = createCountersign({ url, apiKey });
    try {
      return await ask(client);
    } finally {
      await client.close();
    }
  };
  return {
    name: 'SDK',
    submit: (caller, submission) =>
      by(caller, async (client) => {
        const outcome = await client.submit(submission as Parameters<typeof client.submit>[0]);
        return { ...told(outcome), isReplay: outcome.ok && outcome.isReplay };
      }),
    approve,
    reject,
    cancel: (caller, taskId, reason) =>
      by(caller, async (client) => told(await client.cancel(taskId, reason))),
    async read(caller, taskId) {
      const task = await by(caller, (client) => client.task(taskId));
      if (!task) return { ...emptyAnswer, code: 'RESOURCE_NOT_FOUND' };
      const { revision, planHash } = await readElsewhere(caller, taskId);
      return {
        ...emptyAnswer,
        ...{ taskId, status: task.status },
        error: task.error && { code: task.error.code as ErrorCode, retriable: task.error.retriable },
        ...(revision !== undefined && { revision }),
        ...(planHash !== undefined && { planHash }),
      };
    },
  };
};

const told = (outcome: Changed): DoorAnswer =>
  outcome.ok ? toldOf(outcome.task) : refusedAs(outcome.refusal);

/** What waits for people, or was denied, says so by its status. */
const toldOf = ({ id, status }: Task): DoorAnswer => ({
  ...emptyAnswer,
  taskId: id,
  status,
  code: status === 'AWAITING_APPROVAL' ? 'HITL_REQUIRED' : status === 'DENIED' ? 'POLICY_DENIED' : null,
});

const refusedAs = ({ code, faults, retryAfterMs, taskId }: Refusal): DoorAnswer => ({
  ...emptyAnswer,
  taskId,
  code: code as ErrorCode,
  faults: faults.map(({ path }) => path),
  isToWait: retryAfterMs !== null,
});
