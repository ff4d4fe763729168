import { isShorter } from './plan-size.ts';
import type { AskedPlan } from '../domain/grant-offer.ts';
import { categoryAt, stepsOf } from './plan-outline.ts';
import type { Database } from '../infra/database.ts';

/** A larger plan is not counted among what is usual; characters. */
const longestDocument = 100_000;

const columns = `t.id AS "taskId", t.submitted_by_id AS "agentId", t.environment, t.risk, t.status, d.reasons,
  (SELECT jsonb_agg(jsonb_build_object('action', s.step->'action',
     'category', ${categoryAt('p', '(s.place - 1)::int')},
     'usesSecret', jsonb_path_exists(s.step, '$.targets[*] ? (@.kind == "secret")'),
     'targets', (SELECT coalesce(jsonb_agg(o.target->'name'), '[]') FROM jsonb_array_elements(s.step->'targets') AS o (target))))
     FROM jsonb_array_elements(${stepsOf('p')}) WITH ORDINALITY AS s (step, place)) AS steps`;

const sources = `JOIN task t ON t.id = a.task_id AND t.revision = a.revision
  JOIN plan p ON p.task_id = t.id AND p.revision = t.revision AND ${isShorter('p', longestDocument)}
  JOIN policy_decision d ON d.task_id = t.id AND d.revision = t.revision`;

export interface AskedPlans {
  /** What people decided lately about agents and services, the newest first. */
  find(tenantId: string, limit: number): Promise<AskedPlan[]>;
  /** What people are asked about a task, or were; null where they were not, or it is too large to be anybody's routine. */
  findOfTask(tenantId: string, taskId: string): Promise<AskedPlan | null>;
}

export const createAskedPlans = ({ reports }: Pick<Database, 'reports'>): AskedPlans => {
  const latest = (status: 'APPROVED' | 'REJECTED') =>
    `(SELECT a.task_id, a.revision, a.status, a.resolved_at FROM approval_request a
       WHERE a.tenant_id = $1 AND a.status = '${status}' ORDER BY a.expires_at DESC, a.id DESC LIMIT $2)`;
  return {
    find: (tenantId, limit) =>
      reports.query<AskedPlan>(
        `SELECT ${columns}, a.status AS verdict FROM (${latest('APPROVED')} UNION ALL ${latest('REJECTED')}) a ${sources}
           JOIN principal r ON r.id = t.submitted_by_id AND r.type <> 'HUMAN' AND r.disabled_at IS NULL
          ORDER BY a.resolved_at DESC, t.id DESC`,
        [tenantId, limit],
      ),
    async findOfTask(tenantId, taskId) {
      const [row] = await reports.query<AskedPlan>(
        `SELECT ${columns}, a.status AS verdict FROM approval_request a ${sources}
          WHERE a.tenant_id = $1 AND a.task_id = $2`,
        [tenantId, taskId],
      );
      return row ?? null;
    },
  };
};
