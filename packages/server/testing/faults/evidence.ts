import type { EventType } from '../../src/domain/events.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { LedgerEntry } from '../ledger-file.ts';
import { judgedCopy } from '../sealed-copy.ts';
import type { World } from '../world.ts';

export interface StepRow {
  readonly taskId: string;
  readonly name: string;
  readonly kind: 'ACTION' | 'GATE' | 'UNDO';
  readonly undoes: string | null;
  readonly actionType: string;
  readonly dependsOn: readonly string[];
  readonly state: string;
  readonly fence: number;
  readonly output: { readonly id?: string } | null;
  readonly resolution: { readonly outcome: string } | null;
  readonly planHash: string;
  readonly effect: string | null;
  readonly effectFence: number | null;
  readonly effectPlanHash: string | null;
  readonly key: string | null;
}

export interface TaskRow {
  readonly id: string;
  readonly status: string;
  readonly planHash: string | null;
  readonly error: { readonly message: string } | null;
  readonly run: string | null;
  readonly isRolledBack: boolean;
  readonly hasEnded: boolean;
  /** Whether the plan that it runs was allowed, or approved by somebody. */
  readonly mayRun: boolean;
  readonly locks: number;
}

export interface EventRow {
  readonly seq: string;
  readonly taskId: string;
  readonly type: EventType;
  readonly data: JsonObject;
}

/** All that there is to judge by: the platform's ledger, the tables, the log, and the copy that an auditor gets. */
export interface Evidence {
  readonly entries: readonly LedgerEntry[];
  readonly tasks: readonly TaskRow[];
  readonly steps: readonly StepRow[];
  readonly events: readonly EventRow[];
  readonly audit: Awaited<ReturnType<typeof judgedCopy>>;
}

export const gatherEvidence = async (world: World): Promise<Evidence> => {
  const { owner, ledger } = world;
  const tasks = await owner.query<TaskRow>(
    `SELECT t.id, t.status::text, t.plan_hash AS "planHash", t.error, r.status::text AS run,
       r.rollback IS NOT NULL AS "isRolledBack", r.finished_at IS NOT NULL AS "hasEnded",
       EXISTS (SELECT 1 FROM policy_decision d WHERE d.task_id = t.id AND d.revision = t.revision
         AND d.plan_hash = r.plan_hash AND (d.outcome = 'ALLOW' OR d.outcome = 'REQUIRE_APPROVAL' AND EXISTS (
           SELECT 1 FROM approval_request a JOIN review v ON v.approval_id = a.id AND v.verdict = 'APPROVE'
           WHERE a.task_id = t.id AND a.revision = t.revision AND a.status IN ('APPROVED', 'CANCELLED')
             AND a.effective_at IS NOT NULL
             AND a.plan_hash = r.plan_hash AND v.plan_hash = r.plan_hash))) AS "mayRun",
       (SELECT count(*)::int FROM resource_lock l WHERE l.run_id = r.id) AS locks
     FROM task t LEFT JOIN run r ON r.task_id = t.id AND r.revision = t.revision`,
  );
  const steps = await owner.query<StepRow>(
    `SELECT s.task_id AS "taskId", s.name, s.kind::text, s.undoes, s.action_type AS "actionType",
       s.depends_on AS "dependsOn", s.state::text, s.fence, s.output, s.resolution, r.plan_hash AS "planHash",
       e.state::text AS effect, e.fence AS "effectFence", e.plan_hash AS "effectPlanHash", e.idempotency_key AS key
     FROM step s JOIN run r ON r.id = s.run_id LEFT JOIN effect e ON e.step_id = s.id ORDER BY s.ordinal`,
  );
  const events = await owner.query<EventRow>(
    `SELECT seq::text, task_id AS "taskId", type, data FROM event WHERE task_id IS NOT NULL ORDER BY event.seq`,
  );
  return { entries: ledger.entries(), tasks, steps, events, audit: await judgedCopy(world) };
};
