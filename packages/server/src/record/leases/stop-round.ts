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
 * Once for each stage of a switch, and again where what is in hand has changed, it is quiet now, or it was long ago.
 * A drill keeps nothing out of hand.
 */
const acknowledging = `INSERT INTO kill_switch_ack AS a (switch_id, epoch, worker, since, at, in_hand, quiet_at)
  SELECT $1::uuid, $2::int, $3::text, now(), now(), $4::uuid[], CASE WHEN $6 AND $4::uuid[] = '{}' THEN now() END
  ON CONFLICT (switch_id, epoch, worker) DO UPDATE
    SET at = now(), in_hand = excluded.in_hand,
        quiet_at = CASE WHEN $5 OR excluded.in_hand = '{}' THEN coalesce(a.quiet_at, excluded.quiet_at) END
  WHERE a.in_hand <> excluded.in_hand OR a.at < now() - interval '2 seconds'
    OR a.quiet_at IS NULL AND excluded.quiet_at IS NOT NULL
  RETURNING a.xmax = 0 AS is_new`;

export interface StopRound {
  readonly halted: readonly Halted[];
  readonly acks: readonly StopAck[];
}

/**
 * Looks for kill switches, acknowledges them, and gives what of the steps in hand a halt ends. Claims are numbered in
 * the order in which they begin. One that began before a switch was seen may have been let through by the gate, and its
 * step may still come into hand; one that begins later meets the switch there. So it is quiet once all those are over.
 */
export const createStopRound = (worker: string, nextClaim: () => bigint) => {
  let seen: ReadonlyMap<string, bigint> = new Map();
  return async (
    client: Pick<PostgresClient, 'query'>,
    stepIds: readonly string[],
    /** All claims before this number were over when the steps in hand were looked at. */
    claimedBefore: bigint,
  ): Promise<StopRound> => {
    const { rows } = await client.query<Found>(finding, [stepIds]);
    const next = nextClaim();
    const keyOf = ({ id, epoch }: Found): string => `${id} ${epoch}`;
    seen = new Map(rows.map((row) => [keyOf(row), seen.get(keyOf(row)) ?? next]));
    const acks: StopAck[] = [];
    for (const row of rows) {
      const { reason: _, halts: _halts, ...ack } = row;
      const isClaimed = claimedBefore >= (seen.get(keyOf(row)) ?? next);
      const { id, epoch, inHand, isDrill } = ack;
      const said = await client.query<{ is_new: boolean }>(acknowledging, [
        id,
        epoch,
        worker,
        inHand,
        isDrill,
        isClaimed,
      ]);
      if (said.rows[0]?.is_new) acks.push(ack);
    }
    const halted = rows.flatMap(({ halts, reason, inHand }) =>
      halts ? inHand.map((stepId) => ({ stepId, reason })) : [],
    );
    return { halted, acks };
  };
};
