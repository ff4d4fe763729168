import { priorities, urgencyRank, type ApprovalView, type Environment, type Risk } from '@countersign/shared';
import type { ApprovalRequest } from '../domain/approval-request.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database, StatementRunner } from '../infra/database.ts';
import { columnsOf } from '../infra/rows.ts';
import { isSnoozed, isWatched } from './task-mark-store.ts';
import { counted, given, statementOf, type Condition } from './conditions.ts';
import { isTaskInSight } from './in-sight.ts';
import { tables } from './tables.ts';

/** Where a request stands among the open ones. */
export interface OpenPlace {
  /** What ends before this comes first. One moment for a whole walk, or requests would change bands under it. */
  readonly soonUntil: Date;
  readonly rank: number;
  readonly expiresAt: Date;
  readonly id: string;
}

export interface ApprovalFilter {
  /** For `viewerId`: open requests they may decide and have not yet approved, those they put off, or of tasks they follow. */
  readonly view: ApprovalView;
  readonly viewerId: string;
  readonly environment?: readonly Environment[] | undefined;
  readonly risk?: readonly Risk[] | undefined;
  readonly taskIds?: readonly string[] | undefined;
}

export interface ApprovalPages {
  /** What needs a person first: what ends before `soonUntil` by its end, then by rank and end. */
  openPage(
    sight: Sight,
    filter: ApprovalFilter,
    first: number,
    from: { readonly soonUntil: Date; readonly after: OpenPlace | null },
  ): Promise<ApprovalRequest[]>;
  /** Newest first. */
  decidedPage(
    sight: Sight,
    filter: ApprovalFilter,
    first: number,
    after: string | null,
  ): Promise<ApprovalRequest[]>;
  /** `mostCounted` for so many and more. */
  count(sight: Sight, filter: ApprovalFilter): Promise<number>;
}

/**
 * Without an approval of the viewer's that stands, which is looked up request by request (OFFSET keeps it so): of an old
 * hand there are a million others.
 */
const stillWanted = `NOT ?::uuid = ANY(a.excluded_ids) AND NOT EXISTS (
  SELECT FROM review r WHERE r.approval_id = a.id AND r.reviewer_id = ?::uuid AND r.verdict = 'APPROVE'
    AND NOT EXISTS (SELECT FROM review w WHERE w.approval_id = r.approval_id AND w.reviewer_id = r.reviewer_id
      AND w.verdict = 'WITHDRAW' AND (w.at, w.id) > (r.at, r.id)) OFFSET 0)`;

/** What the index of the inbox's order is read by, lane after lane. */
const ranksOf = (risk: readonly Risk[]): number[] =>
  priorities.flatMap((priority) => risk.map((each) => urgencyRank(priority, each)));

const matching = (
  sight: Sight,
  { view, viewerId, environment, risk, taskIds }: ApprovalFilter,
): readonly Condition[] =>
  given(
    ['a.tenant_id = ?', sight.tenantId],
    isTaskInSight(sight, 'a.task_id'),
    view === 'DECIDED' ? [`a.status <> 'PENDING'`] : [`a.status = 'PENDING' AND a.expires_at > now()`],
    view === 'MINE' && [stillWanted, viewerId, viewerId],
    view === 'MINE' && [`NOT ${isSnoozed}`, viewerId],
    view === 'SNOOZED' && [isSnoozed, viewerId],
    view === 'WATCHING' && [isWatched('a.task_id'), viewerId],
    environment && ['a.environment::text = ANY(?)', environment],
    risk && ['a.rank = ANY(?::smallint[]) AND a.risk::text = ANY(?)', ranksOf(risk), risk],
    taskIds && ['a.task_id = ANY(?::uuid[])', taskIds],
  );

export const createApprovalPages = ({
  reports,
  history,
}: Pick<Database, 'reports' | 'history'>): ApprovalPages => {
  const read = async (
    from: StatementRunner,
    conditions: readonly Condition[],
    order: string,
    limit: number,
  ): Promise<ApprovalRequest[]> => {
    if (limit <= 0) return [];
    const columns = columnsOf(tables.approvalRequest, 'a');
    return from.query<ApprovalRequest>(
      ...statementOf(
        conditions,
        (where) => `SELECT ${columns} FROM approval_request a ${where} ORDER BY ${order} LIMIT ?`,
        limit,
      ),
    );
  };
  return {
    async openPage(sight, filter, first, { soonUntil, after }) {
      const all = matching(sight, filter);
      const isPastSoon = after !== null && after.expiresAt > soonUntil;
      const soon: Condition = ['a.expires_at <= ?', soonUntil];
      const later: Condition = ['a.expires_at > ?', soonUntil];
      const soonAfter =
        after && (['(a.expires_at, a.id) > (?, ?::uuid)', after.expiresAt, after.id] as const);
      const laterAfter =
        isPastSoon &&
        (['(a.rank, a.expires_at, a.id) > (?, ?, ?::uuid)', after.rank, after.expiresAt, after.id] as const);
      const ending = isPastSoon
        ? []
        : await read(reports, given(...all, soon, soonAfter), 'a.expires_at, a.id', first);
      const others = await read(
        reports,
        given(...all, later, laterAfter),
        'a.rank, a.expires_at, a.id',
        first - ending.length,
      );
      return [...ending, ...others];
    },

    decidedPage: (sight, filter, first, after) =>
      read(
        history,
        given(...matching(sight, filter), after !== null && ['a.id < ?::uuid', after]),
        'a.id DESC',
        first,
      ),

    async count(sight, filter) {
      const rows = await reports.query<{ count: number }>(
        ...statementOf(matching(sight, filter), (where) =>
          counted(`SELECT FROM approval_request a ${where}`),
        ),
      );
      return rows[0]?.count ?? 0;
    },
  };
};
