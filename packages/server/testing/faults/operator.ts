import type { Task } from '../../src/domain/task.ts';
import { sized, type Chaos } from '../chaos.ts';
import { until } from '../until.ts';
import type { World } from '../world.ts';

/** A scripted person, who does to runs what comes to mind, and in the end brings each to rest. */
export interface Operator {
  /** Some control on some task, which may be refused. */
  meddles(tasks: readonly Pick<Task, 'id'>[]): Promise<void>;
  /** Waits until nothing moves any more, answering whatever asks. */
  bringsToRest(): Promise<void>;
}

interface OpenStep {
  readonly taskId: string;
  readonly name: string;
  readonly state: string;
  readonly isMade: boolean;
}

const restTimeoutMs = sized(180_000, 600_000);

export const createOperator = (world: World, chaos: Chaos): Operator => {
  const { runControl } = world.services;
  const me = world.operator.principal;
  const words = {
    pause: (id: string) => runControl.pause(me, id, 'look first'),
    resume: (id: string) => runControl.resume(me, id, 'all is well'),
    rollback: (id: string) => runControl.rollback(me, id, 'a mistake'),
    cancel: (id: string) => world.operator.cancels({ id }),
  };
  const openSteps = async (): Promise<OpenStep[]> => {
    const rows = await world.owner.query<Omit<OpenStep, 'isMade'> & { key: string | null }>(
      `SELECT s.task_id AS "taskId", s.name, s.state::text, e.idempotency_key AS key
       FROM step s JOIN task t ON t.id = s.task_id LEFT JOIN effect e ON e.step_id = s.id
       WHERE s.state IN ('NEEDS_ATTENTION', 'FAILED') AND t.status IN ('NEEDS_ATTENTION', 'FAILED')`,
    );
    if (rows.length === 0) return [];
    const made = new Set(
      world.ledger
        .entries()
        .flatMap(({ outcome, idempotencyKey }) => (outcome === 'APPLIED' ? idempotencyKey : [])),
    );
    return rows.map(({ key, ...step }) => ({ ...step, isMade: made.has(key) }));
  };
  const answer = async ({ taskId, name, state, isMade }: OpenStep): Promise<boolean> => {
    const outcome = isMade ? 'HAPPENED' : 'DID_NOT_HAPPEN';
    const said =
      state === 'FAILED'
        ? await runControl.retry(me, taskId, name, 'once more')
        : await runControl.resolve(me, taskId, name, outcome, 'The ledger says so.');
    return said.ok;
  };
  return {
    async meddles(tasks) {
      const word = chaos.pick([
        'pause',
        'pause',
        'resume',
        'resume',
        'rollback',
        'cancel',
        'answer',
      ] as const);
      const { id } = chaos.pick(tasks);
      if (word !== 'answer') return void (await words[word](id));
      const open = (await openSteps()).filter(({ state }) => state === 'FAILED');
      if (open.length > 0) await answer(chaos.pick(open));
    },
    bringsToRest: async () => {
      let patience = 3;
      let moving: readonly { id: string; status: string }[] = [];
      await until(
        async () => {
          const paused = await world.owner.query<{ id: string }>(
            `SELECT id FROM task WHERE status = 'PAUSED'`,
          );
          for (const { id } of paused)
            await words[chaos.pick(['resume', 'resume', 'rollback', 'cancel'] as const)](id);
          moving = await world.owner.query(
            `SELECT id, status::text FROM task WHERE status IN ('PAUSED', 'HELD', 'QUEUED', 'RUNNING', 'PLANNING')`,
          );
          if (moving.length > 0) return undefined;
          const open = (await openSteps()).filter(({ state }) => state === 'NEEDS_ATTENTION' || patience > 0);
          let heard = false;
          for (const step of open) heard = (await answer(step)) || heard;
          patience -= 1;
          return heard ? undefined : true;
        },
        async () => {
          const ids = moving.map(({ id }) => id);
          const stuck = await world.owner.query(
            `SELECT row_to_json(s) AS step, now(), (SELECT json_agg(o) FROM outbox o WHERE o.step_id = s.id) AS outbox
             FROM step s WHERE s.task_id = ANY($1::uuid[]) AND s.state IN ('READY', 'RUNNING') LIMIT 5`,
            [ids],
          );
          return `${moving.length} tasks do not come to rest: ${JSON.stringify(stuck)}`;
        },
        { timeoutMs: restTimeoutMs, pollMs: 50 },
      );
    },
  };
};
