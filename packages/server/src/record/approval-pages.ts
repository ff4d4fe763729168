import type { Environment, Risk } from '@countersign/shared';
import type { ApprovalRequest } from '../domain/approval.ts';
import type { Database } from '../infra/database.ts';
import { toApproval, type ApprovalRow } from './approval-rows.ts';

/** Where a request stands among the open ones. */
export interface OpenPlace {
  /** What ends before this comes first. One moment for a whole walk, or requests would change bands under it. */
  readonly soonUntil: Date;
  readonly rank: number;
  readonly expiresAt: Date;
  readonly id: string;
}

export interface ApprovalFilter {
  /** For `viewerId`: open requests they may decide and have not yet approved. */
  readonly view: 'MINE' | 'ALL' | 'DECIDED';
  readonly viewerId: string;
  readonly environment?: readonly Environment[] | undefined;
  readonly risk?: readonly Risk[] | undefined;
  readonly taskIds?: readonly string[] | undefined;
}

export interface ApprovalPages {
  /** What needs a person first: what ends before `soonUntil` by its end, then by rank and end. */
  openPage(
    tenantId: string,
    filter: ApprovalFilter,
    first: number,
    from: { readonly soonUntil: Date; readonly after: OpenPlace | null },
  ): Promise<ApprovalRequest[]>;
  /** Newest first. */
  decidedPage(
    tenantId: string,
    filter: ApprovalFilter,
    first: number,
    after: string | null,
  ): Promise<ApprovalRequest[]>;
  count(tenantId: string, filter: ApprovalFilter): Promise<number>;
}

/** Conditions with their values: each `?` stands for the next value. */
interface Conditions {
  readonly sql: readonly string[];
  readonly values: readonly unknown[];
}

const stillWanted = `NOT ?::uuid = ANY(a.excluded_ids) AND NOT EXISTS (
  SELECT 1 FROM review r WHERE r.approval_id = a.id AND r.reviewer_id = ?::uuid AND r.verdict = 'APPROVE'
    AND NOT EXISTS (SELECT 1 FROM review w WHERE w.approval_id = a.id AND w.reviewer_id = ?::uuid
      AND w.verdict = 'WITHDRAW' AND (w.at, w.id) > (r.at, r.id)))`;

const matching = (tenantId: string, filter: ApprovalFilter): Conditions => {
  const { view, viewerId, environment, risk, taskIds } = filter;
  const parts: [sql: string, values: unknown[]][] = [
    ['a.tenant_id = ?', [tenantId]],
    [view === 'DECIDED' ? `a.status <> 'PENDING'` : `a.status = 'PENDING' AND a.expires_at > now()`, []],
    ...(view === 'MINE' ? [[stillWanted, [viewerId, viewerId, viewerId]] as [string, unknown[]]] : []),
    ...(environment ? [['a.environment::text = ANY(?)', [environment]] as [string, unknown[]]] : []),
    ...(risk ? [['a.risk::text = ANY(?)', [risk]] as [string, unknown[]]] : []),
    ...(taskIds ? [['a.task_id = ANY(?::uuid[])', [taskIds]] as [string, unknown[]]] : []),
  ];
  return { sql: parts.map(([sql]) => sql), values: parts.flatMap(([, values]) => values) };
};

const also = ({ sql, values }: Conditions, condition: string, ...more: unknown[]): Conditions => ({
  sql: [...sql, condition],
  values: [...values, ...more],
});

const numbered = (sql: string): string => {
  let place = 0;
  return sql.replace(/\?/g, () => `$${(place += 1)}`);
};

const rowsIn = async (
  database: Database,
  { sql, values }: Conditions,
  order: string,
  limit: number,
): Promise<ApprovalRequest[]> => {
  if (limit <= 0) return [];
  const rows = await database.query<ApprovalRow>(
    numbered(`SELECT a.* FROM approval_request a WHERE ${sql.join(' AND ')} ORDER BY ${order} LIMIT ?`),
    [...values, limit],
  );
  return rows.map(toApproval);
};

export const createApprovalPages = (database: Database): ApprovalPages => ({
  async openPage(tenantId, filter, first, { soonUntil, after }) {
    const all = matching(tenantId, filter);
    const isPastSoon = after !== null && after.expiresAt > soonUntil;
    const soon = also(all, 'a.expires_at <= ?', soonUntil);
    const later = also(all, 'a.expires_at > ?', soonUntil);
    const ending = isPastSoon
      ? []
      : await rowsIn(
          database,
          after ? also(soon, '(a.expires_at, a.id) > (?, ?::uuid)', after.expiresAt, after.id) : soon,
          'a.expires_at, a.id',
          first,
        );
    const others = await rowsIn(
      database,
      isPastSoon
        ? also(later, '(a.rank, a.expires_at, a.id) > (?, ?, ?::uuid)', after.rank, after.expiresAt, after.id)
        : later,
      'a.rank, a.expires_at, a.id',
      first - ending.length,
    );
    return [...ending, ...others];
  },

  decidedPage(tenantId, filter, first, after) {
    const all = matching(tenantId, filter);
    return rowsIn(database, after === null ? all : also(all, 'a.id < ?::uuid', after), 'a.id DESC', first);
  },

  async count(tenantId, filter) {
    const { sql, values } = matching(tenantId, filter);
    const rows = await database.query<{ count: number }>(
      numbered(`SELECT count(*)::int AS count FROM approval_request a WHERE ${sql.join(' AND ')}`),
      [...values],
    );
    return rows[0]?.count ?? 0;
  },
});
