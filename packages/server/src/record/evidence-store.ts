import { planHashDomain, type PlanPresentation } from '../domain/plan.ts';
import type { StatementRunner } from '../infra/database.ts';
import { canonicalJson, sha256 } from '../infra/digest.ts';
import { cellsOf } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { overviewDigest, stepDigest } from './shown-digest.ts';

/**
 * What belongs to the evidence of a task besides its entries. A text with a hash is named by it in an entry, or in
 * a text that is; what has none is as this server says.
 */
export type Exhibit =
  | { readonly name: string; readonly domain: string; readonly text: string; readonly hash: string }
  | { readonly name: string; readonly body: unknown };

/** The row that a value stands in, where its id is shown and where it is not. */
const ofKnown = { id: 'id', tenantId: '@tenant' };
const ofRow = { ...ofKnown, id: '@id' };
const askedRead = cellsOf(tables.task, { justification: 'justification' }, ofKnown);
const planRead = cellsOf(tables.plan, { document: 'document', presentation: 'presentation' }, ofRow);
const factsRead = cellsOf(tables.policyDecision, { input: 'input' }, ofRow);

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const hasTask = async (database: StatementRunner, tenantId: string, id: string): Promise<boolean> =>
  uuid.test(id) &&
  (await database.query('SELECT 1 FROM task WHERE tenant_id = $1 AND id = $2', [tenantId, id])).length > 0;

interface PlanRow {
  readonly revision: number;
  readonly hash: string;
  readonly document: string;
  readonly presentation: PlanPresentation;
  readonly summary: string;
}

/** One by one: what a plan shows may be large. */
export async function* readExhibits(
  database: StatementRunner,
  tenantId: string,
  taskId: string,
): AsyncGenerator<Exhibit> {
  const task = [tenantId, taskId];
  const [asked] = await database.query(
    `SELECT id, goal, mode, priority, environment, justification, status, request_hash AS "requestHash",
            submitted_by_id AS "submittedById", created_at AS "createdAt", tenant_id AS "@tenant"
       FROM task WHERE tenant_id = $1 AND id = $2${askedRead}`,
    task,
  );
  yield { name: 'what was asked', body: asked };
  const revisions = await database.query<{ revision: number }>(
    'SELECT revision FROM plan WHERE tenant_id = $1 AND task_id = $2 ORDER BY revision',
    task,
  );
  for (const { revision } of revisions) {
    const [plan] = await database.query<PlanRow>(
      `SELECT revision, hash, document, presentation, summary, id AS "@id", tenant_id AS "@tenant"
         FROM plan WHERE tenant_id = $1 AND task_id = $2 AND revision = $3${planRead}`,
      [...task, revision],
    );
    if (plan) yield* exhibitsOf(plan);
  }
  yield* decisionExhibits(database, task);
  for (const [name, text] of listed) yield { name, body: await database.query(text, task) };
}

const exhibitsOf = ({ revision, hash, document, presentation, summary }: PlanRow): Exhibit[] => {
  const of = `revision ${revision}`;
  const { riskFactors, steps } = presentation;
  const overview = { summary, riskFactors };
  return [
    { name: `plan, ${of}`, domain: planHashDomain, text: document, hash },
    {
      name: `overview shown, ${of}`,
      domain: 'overview/v1\0',
      text: canonicalJson(overview),
      hash: overviewDigest(overview),
    },
    ...steps.map((step, at) => ({
      name: `step ${at + 1} as it was shown, ${of}`,
      domain: 'shown/v1\0',
      text: canonicalJson(step),
      hash: stepDigest(step),
    })),
  ];
};

async function* decisionExhibits(
  database: StatementRunner,
  task: readonly string[],
): AsyncGenerator<Exhibit> {
  const rows = await database.query<{
    revision: number;
    input: unknown;
    inputHash: string;
    reasons: unknown;
  }>(
    `SELECT revision, input, input_hash AS "inputHash", reasons, id AS "@id", tenant_id AS "@tenant"
       FROM policy_decision WHERE tenant_id = $1 AND task_id = $2 ORDER BY revision${factsRead}`,
    task,
  );
  for (const { revision, input, inputHash: hash, reasons } of rows) {
    const of = `revision ${revision}`;
    yield { name: `reasons of the decision, ${of}`, body: reasons };
    const text = canonicalJson(input);
    // An OPA server's input is hashed as it was sent.
    if (sha256(text) === hash) yield { name: `facts that were judged, ${of}`, domain: '', text, hash };
    else yield { name: `facts that were judged, ${of}`, body: input };
  }
}

const listed: readonly (readonly [name: string, text: string])[] = [
  [
    'approval requests',
    `SELECT id, revision, plan_hash AS "planHash", status, required, stages, excluded_ids AS "excludedIds",
            created_at AS "createdAt", expires_at AS "expiresAt", resolved_at AS "resolvedAt"
       FROM approval_request WHERE tenant_id = $1 AND task_id = $2 ORDER BY revision`,
  ],
  [
    'reviews, and whose hands were in the credentials',
    `SELECT r.approval_id AS "approvalId", r.plan_hash AS "planHash", r.reviewer_id AS "reviewerId",
            r.hand_ids AS "handIds", r.verdict, r.comment, r.at,
            r.id AS "@id", r.tenant_id AS "@tenant"
       FROM review r JOIN approval_request a ON a.id = r.approval_id
      WHERE a.tenant_id = $1 AND a.task_id = $2 ORDER BY r.at, r.id${cellsOf(tables.review, { comment: 'comment' }, ofRow)}`,
  ],
  [
    'standing grants that let it through',
    `SELECT u.revision, u.plan_hash AS "planHash", u.takes, u.number, u.at AS "takenAt", g.id, g.action_type AS "actionType",
            g.agent_id AS "agentId", g.environment, g.target, g.max_risk AS "maxRisk", g.uses,
            g.expires_at AS "expiresAt", g.reason, g.by_id AS "byId", g.hand_ids AS "handIds",
            g.created_at AS "createdAt", g.approved_by_id AS "approvedById", g.approved_at AS "approvedAt",
            g.revoked_at AS "revokedAt", g.suspended_at AS "suspendedAt", g.suspended_task_id AS "suspendedTaskId"
       FROM grant_use u JOIN standing_grant g ON g.id = u.grant_id
      WHERE u.tenant_id = $1 AND u.task_id = $2 ORDER BY u.revision`,
  ],
  [
    'effects',
    `SELECT step_id AS "stepId", number, plan_hash AS "planHash", state, attempt,
            idempotency_key AS "idempotencyKey", request_hash AS "requestHash", error,
            intended_at AS "intendedAt", settled_at AS "settledAt"
       FROM effect WHERE tenant_id = $1 AND task_id = $2 ORDER BY intended_at, number`,
  ],
  [
    'steps and what they gave',
    `SELECT s.id, s.name, s.state, s.attempt, s.output, s.error, s.started_at AS "startedAt",
            s.finished_at AS "finishedAt", s.tenant_id AS "@tenant"
       FROM run r JOIN step s ON s.run_id = r.id
      WHERE r.tenant_id = $1 AND r.task_id = $2 ORDER BY s.id${cellsOf(tables.step, { output: 'output' }, ofKnown)}`,
  ],
  [
    'who they are',
    `SELECT id, name, type FROM principal WHERE tenant_id = $1 AND id IN (
       SELECT actor_id FROM event WHERE tenant_id = $1 AND task_id = $2 AND actor_id IS NOT NULL) ORDER BY id`,
  ],
];
