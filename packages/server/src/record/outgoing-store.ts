import { outgoingSources, type EventInContext } from '../domain/outgoing-event.ts';
import type { Sight } from '../domain/sight.ts';
import type { StatementRunner } from '../infra/database.ts';
import { isReadable, orUnreadable, type MaybeUnreadable } from '../infra/encrypted-cells.ts';
import { cellsOf } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { safeHorizon } from './event-store.ts';
import { andNumbered, isEventInSight } from './in-sight.ts';
import { isNoDecoy } from './no-decoys.ts';

const shownOutputBytes = 16 * 1024;

/** Events of a tenant of which outside listeners are told, and how far the log was read for them. */
export interface OutgoingPage {
  readonly sources: readonly EventInContext[];
  /** Those that something was to be told of and that do not decrypt, once for each time they would have been told. */
  readonly unreadable: readonly (EventInContext & MaybeUnreadable)[];
  readonly to: bigint;
  /** Whether there may be more. */
  readonly isFull: boolean;
}

const cellsRead = [
  cellsOf(tables.task, { actions: 'task.actions' }, { id: 'taskId', tenantId: '@tenant' }),
  cellsOf(tables.step, { output: 'step.output' }, { id: 'step.id', tenantId: '@tenant' }),
  cellsOf(tables.review, { comment: 'reason' }, { id: '@review', tenantId: '@tenant' }),
].join('');

/** What somebody sees of the log below its horizon after a position, in order, with what each event is about as it is now. */
export const readOutgoing = async (
  tx: StatementRunner,
  sight: Sight,
  after: bigint,
  limit: number,
): Promise<OutgoingPage> => {
  const [and, values] = andNumbered(isEventInSight(sight), 5);
  const [end] = await tx.query<{ to: bigint }>(`SELECT ${safeHorizon} - 1 AS "to"`);
  const found = await tx.query<EventInContext & MaybeUnreadable>(
    `WITH page AS MATERIALIZED (
       SELECT * FROM event WHERE tenant_id = $1 AND seq > $2 AND seq <= $5 AND type = ANY($3)
         AND ${isNoDecoy('event.task_id')}${and} ORDER BY seq LIMIT $4)
     SELECT page.seq, page.type, page.at, page.actor_id AS "actorId", page.task_id AS "taskId", page.data,
       page.tenant_id AS "@tenant",
       CASE WHEN task.id IS NULL THEN NULL ELSE json_build_object(
         'environment', task.environment, 'priority', task.priority, 'correlationId', task.correlation_id,
         'submittedById', task.submitted_by_id, 'source', task.source, 'tags', task.tags,
         'timeoutMs', task.timeout_ms, 'retry', task.retry, 'actions', task.actions) END AS task,
       CASE WHEN step.id IS NULL THEN NULL ELSE json_build_object(
         'id', step.id, 'name', step.name, 'actionType', step.action_type, 'platform', step.platform,
         'lane', step.lane, 'attempt', step.attempt,
         'queueMs', extract(epoch FROM step.started_at - step.ready_at) * 1000,
         'runMs', extract(epoch FROM step.finished_at - step.started_at) * 1000,
         'output', CASE WHEN pg_column_size(step.output) <= ${shownOutputBytes} THEN step.output END) END AS step,
       coalesce(
         CASE WHEN page.type = 'approval.requested' THEN (
           SELECT string_agg(reason->>'message', ' ') FROM policy_decision decision,
             json_array_elements(decision.reasons::json) AS reason
           WHERE decision.task_id = page.task_id AND decision.revision = request.revision
             AND reason->>'outcome' = 'REQUIRE_APPROVAL') END,
         CASE WHEN page.type = 'approval.resolved' THEN said.comment END) AS reason, said.id AS "@review",
       request.id AS "approvalId", NULL AS "slackTs"
     FROM page LEFT JOIN task ON task.id = page.task_id
       LEFT JOIN approval_request request ON request.task_id = page.task_id AND (request.id = (page.data->>'approvalId')::uuid
           OR page.type = 'approval.resolved' AND request.revision = (page.data->>'revision')::int)
       LEFT JOIN LATERAL (
         SELECT id, comment FROM review WHERE page.type = 'approval.resolved' AND approval_id = request.id
          ORDER BY at DESC LIMIT 1) said ON true
       LEFT JOIN step ON step.kind = 'ACTION' AND
         (step.id = (page.data->>'stepId')::uuid OR page.type = 'task.queued' AND step.run_id = (page.data->>'runId')::uuid)
     ORDER BY page.seq, step.ordinal${cellsRead}${orUnreadable}`,
    [sight.tenantId, after, [...outgoingSources], limit, end?.to ?? after, ...values],
  );
  const last = found.at(-1);
  const seqs = new Set(found.map(({ seq }) => seq));
  const isFull = seqs.size >= limit;
  const sources = found.filter(isReadable);
  const unreadable = found.filter((each) => !isReadable(each));
  return { sources, unreadable, isFull, to: isFull && last ? last.seq : (end?.to ?? after) };
};
