import type { StopScopeKind } from '@countersign/shared';
import type { PostgresClient } from '@countersign/postgres/postgres-client';

/** A step in hand that a halt ends now, and why. */
export interface Halted {
  readonly stepId: string;
  readonly reason: string;
}

/** That this worker knows of a stage of a switch, said for the first time. */
export interface StopAck {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: StopScopeKind;
  readonly value: string | null;
  readonly isDrill: boolean;
  readonly epoch: number;
  /** Steps that it covers and that this worker has in hand. */
  readonly inHand: readonly string[];
}

interface Found extends StopAck {
  readonly reason: string;
  readonly halts: boolean;
}

/** A switch that was released is acknowledged for so long. */
const released = "interval '1 minute'";

const finding = `SELECT k.id, k.tenant_id AS "tenantId", k.kind, k.value, k.is_drill AS "isDrill", k.epoch, k.reason, k.mode = 'HALT' AND k.stage = 'STOPPED' AND NOT k.is_drill AS halts,
    coalesce(array_agg(s.id::text ORDER BY s.id) FILTER (WHERE s.id IS NOT NULL), '{}') AS "inHand"
  FROM kill_switch k
  LEFT JOIN (step s JOIN task t ON t.id = s.task_id) ON s.id = ANY ($1::uuid[])
    AND CASE WHEN k.is_drill THEN k.stage <> 'ALL' AND stop_covers(k, s, t) ELSE stop_holds(k, s, t) END
  WHERE k.stage IN ('STOPPED', 'OBSERVE', 'LOW_RISK') OR k.staged_at > now() - ${released}
  GROUP BY k.id`;

/**
 * Once for each stage of a switch, and again where what is in hand has changed, or it was long ago. What was claimed
 * before may come into hand after the first look: then it was not quiet yet. A drill keeps nothing out of hand.
 */
const acknowledging = `INSERT INTO kill_switch_ack AS a (switch_id, epoch, worker, since, at, in_hand, quiet_at)
  SELECT $1::uuid, $2::int, $3::text, now(), now(), $4::uuid[], CASE WHEN $4::uuid[] = '{}' THEN now() END
  ON CONFLICT (switch_id, epoch, worker) DO UPDATE
    SET at = now(), in_hand = excluded.in_hand,
        quiet_at = CASE WHEN $5 OR excluded.in_hand = '{}' THEN coalesce(a.quiet_at, excluded.quiet_at) END
  WHERE a.in_hand <> excluded.in_hand OR a.at < now() - interval '2 seconds'
  RETURNING a.xmax = 0 AS is_new`;

/** Looks for kill switches, acknowledges them, and gives what of the steps in hand a halt ends. */
export const lookForStops = async (
  client: Pick<PostgresClient, 'query'>,
  worker: string,
  stepIds: readonly string[],
): Promise<{ readonly halted: readonly Halted[]; readonly acks: readonly StopAck[] }> => {
  const { rows } = await client.query<Found>(finding, [stepIds]);
  const acks: StopAck[] = [];
  for (const { reason: _, halts: _halts, ...ack } of rows) {
    const said = await client.query<{ is_new: boolean }>(acknowledging, [
      ack.id,
      ack.epoch,
      worker,
      ack.inHand,
      ack.isDrill,
    ]);
    if (said.rows[0]?.is_new) acks.push(ack);
  }
  const halted = rows.flatMap(({ halts, reason, inHand }) =>
    halts ? inHand.map((stepId) => ({ stepId, reason })) : [],
  );
  return { halted, acks };
};
