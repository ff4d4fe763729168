import { errorCatalogue, errorCodes } from '../domain/error-catalogue.ts';
import type { Failure } from '../domain/errors.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database } from '../infra/database.ts';
import { andNumbered, isRowInSight } from './in-sight.ts';

/** A step that spent all its attempts on a cause that may pass, and that an operator can try anew. */
export interface DeadLetter {
  readonly stepId: string;
  readonly taskId: string;
  readonly step: string;
  readonly platform: string;
  readonly actionType: string;
  readonly attempts: number;
  /** What the last attempt ended with. */
  readonly error: Failure;
  readonly failedAt: Date;
}

export interface DeadLetterStore {
  /** The latest tasks first; on one platform where it is given. `after` is the `stepId` of the page before. */
  page(
    sight: Sight,
    filter: { readonly platform: string | undefined },
    limit: number,
    after: string | null,
  ): Promise<DeadLetter[]>;
}

const retriable = errorCodes.filter((code) => errorCatalogue[code].retriable);

export const createDeadLetterStore = ({ reports }: Pick<Database, 'reports'>): DeadLetterStore => ({
  page(sight, { platform }, limit, after) {
    const [and, values] = andNumbered(isRowInSight(sight, 'task'), 5);
    return reports.query<DeadLetter>(
      `SELECT step.id AS "stepId", step.task_id AS "taskId", step.name AS step, step.platform,
         step.action_type AS "actionType", step.attempt AS attempts, step.error, step.finished_at AS "failedAt"
       FROM step JOIN run ON run.id = step.run_id JOIN task ON task.id = step.task_id
       WHERE step.tenant_id = $1 AND step.state = 'FAILED' AND step.attempt >= step.max_attempts
         AND step.error ->> 'code' = ANY($2::text[]) AND ($3::text IS NULL OR step.platform = $3)
         AND task.status = 'FAILED' AND task.revision = run.revision AND run.rollback IS NULL
         AND ($4::uuid IS NULL OR step.id < $4) AND step.finished_at IS NOT NULL${and}
       ORDER BY step.id DESC LIMIT $5`,
      [sight.tenantId, retriable, platform ?? null, after, limit, ...values],
    );
  },
});
