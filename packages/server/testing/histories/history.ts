import type { ActionCategory, RunStatus, StepState, TaskStatus } from '@countersign/shared';
import type { Task } from '../../src/domain/task.ts';
import type { Recorded } from '../events.ts';
import type { World } from '../world.ts';

type TypeAndData = Recorded extends infer Each
  ? Each extends Recorded
    ? Pick<Each, 'type' | 'data'>
    : never
  : never;
export type ToldEvent = TypeAndData & {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly actorId: string | null;
};

export interface StepEnd {
  readonly name: string;
  readonly state: StepState;
  readonly attempt: number;
}

/** What the log of a release told of one task, and what became of it there. */
export interface History {
  readonly plan: {
    readonly hash: string;
    /** The bytes that the hash is of. */
    readonly document: string;
    readonly categories: readonly ActionCategory[];
  };
  readonly events: readonly ToldEvent[];
  readonly end: { readonly task: TaskStatus; readonly run: RunStatus; readonly steps: readonly StepEnd[] };
}

/** As the record has it now, once the task has come to rest. */
export const historyOf = async ({ owner }: World, { id }: Pick<Task, 'id'>): Promise<History> => {
  const [found] = await owner.query<{
    hash: string;
    document: string;
    categories: ActionCategory[];
    task: TaskStatus;
    run: RunStatus;
  }>(
    `SELECT p.hash, p.document, t.status::text AS task, r.status::text AS run,
       ARRAY(SELECT jsonb_array_elements(p.presentation->'steps')->>'category') AS categories
     FROM task t JOIN run r ON r.task_id = t.id AND r.revision = t.revision
       JOIN plan p ON p.task_id = t.id AND p.revision = t.revision WHERE t.id = $1`,
    [id],
  );
  if (!found) throw new Error(`Task ${id} has no run.`);
  const { hash, document, categories, task, run } = found;
  const steps = await owner.query<StepEnd>(
    'SELECT name, state::text, attempt FROM step WHERE task_id = $1 ORDER BY ordinal',
    [id],
  );
  const events = await owner.query<{ at: Date } & Omit<ToldEvent, 'at'>>(
    'SELECT type, at, actor_id AS "actorId", data FROM event WHERE task_id = $1 ORDER BY event.seq',
    [id],
  );
  return {
    plan: { hash, document, categories },
    events: events.map((event) => ({ ...event, at: event.at.toISOString() }) as ToldEvent),
    end: { task, run, steps: [...steps] },
  };
};
