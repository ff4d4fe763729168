import type { NoticeChannel, NoticeKind, Role, Risk } from '@countersign/shared';
import type { Event, EventType, ReadEvent } from '../domain/events.ts';
import type { Contact, Notice, NoticeChoice } from '../domain/notice.ts';
import type { Principal } from '../domain/principal.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { orUnreadable, type MaybeUnreadable } from '../infra/encrypted-cells.ts';
import { columnsOf, givenRows, placesOf, sealedRows, valuesOf, without, type Table } from '../infra/rows.ts';
import { safeHorizon } from './event-store.ts';
import { principalColumns } from './access-store.ts';
import { isNoDecoy } from './no-decoys.ts';
import { tables } from './tables.ts';

const notices: Table<Notice> = without(tables.notice, 'error', 'createdAt');
const columns = columnsOf(notices);
const contactColumns = columnsOf(tables.contact satisfies Table<Contact>);
const choiceColumns = columnsOf(tables.noticeChoice satisfies Table<NoticeChoice>);
const insertion = `INSERT INTO notice (${placesOf(notices)}, created_at)
  SELECT ${valuesOf(notices)}, now() FROM ${givenRows(notices)} AS r
  ON CONFLICT DO NOTHING`;
/** Any number that nobody else takes: one process makes notices at a time. */
const composingLock = 7_302_031;

/** An event with what people want to know of the task that it is about. */
export type TellableEvent = ReadEvent & AboutTask;

interface AboutTask extends Pick<Event, 'seq' | 'tenantId' | 'at' | 'taskId' | 'summary'> {
  readonly goal: string | null;
  readonly submittedById: string | null;
  readonly planSummary: string | null;
  readonly risk: Risk | null;
  readonly approvalId: string | null;
  readonly approvalRevision: number | null;
  /** False where it is about a decoy. */
  readonly isReal: boolean;
}

/** A notice that is due, with the W3C trace context of the task that it tells of. */
export interface DueNotice extends Notice {
  readonly traceparent: string | null;
}

export interface NoticeStore {
  contacts(tenantId: string, principalIds: readonly string[]): Promise<Contact[]>;
  contactsOfSlackUser(slackUserId: string): Promise<Contact[]>;
  /** Gives false where the Slack user is somebody else's already. */
  saveContact(tx: Transaction, contact: Contact): Promise<boolean>;
  /** Who may act and has one of these roles. */
  peopleIn(tenantId: string, roles: readonly Role[]): Promise<Principal[]>;
  choices(principalIds: readonly string[]): Promise<NoticeChoice[]>;
  saveChoice(tx: Transaction, choice: NoticeChoice): void;
  /** Events of these types below the horizon that nobody was told of; null where another process is at it. */
  readEvents(tx: Transaction, types: readonly EventType[], limit: number): Promise<TellableEvent[] | null>;
  /** All that the last read gave, and what lay between, is told. */
  moveCursor(tx: Transaction, to: bigint): void;
  horizon(tx: Transaction): Promise<bigint>;
  /** What is told at a place already is not told there again. */
  insert(tx: Transaction, made: readonly Notice[]): void;
  /** What waits is not told any more, and what was told at Slack is to say so. */
  end(tx: Transaction, approvalIds: readonly string[], words: string): void;
  /** Those that are due, for this process alone for a while, each readable or not. */
  claim(limit: number, holdMs: number): Promise<(DueNotice & MaybeUnreadable)[]>;
  settle(notice: Notice, afterMs: number, error: string | null): Promise<void>;
  slackTs(approvalId: string): Promise<string | null>;
  nextDueMs(): Promise<number | null>;
  /** What could not be told, and would be tried again later than this, is due now. */
  retryFailed(heldMs: number): Promise<void>;
  /** False where it was taken before. */
  takeRequest(signature: string): Promise<boolean>;
  forget(keepMs: number): Promise<void>;
}

export const createNoticeStore = (database: Database): NoticeStore => ({
  contacts: (tenantId, ids) =>
    database.query<Contact>(
      `SELECT ${contactColumns} FROM contact WHERE tenant_id = $1 AND principal_id = ANY($2::uuid[])`,
      [tenantId, ids],
    ),
  contactsOfSlackUser: (slackUserId) =>
    database.query<Contact>(
      `SELECT ${contactColumns} FROM contact WHERE slack_user_id = $1 ORDER BY tenant_id`,
      [slackUserId],
    ),
  async saveContact(tx, { principalId, tenantId, email, slackUserId, slackById }) {
    const [taken] = await tx.query(
      'SELECT 1 AS taken FROM contact WHERE tenant_id = $1 AND slack_user_id = $2 AND principal_id <> $3 FOR UPDATE',
      [tenantId, slackUserId, principalId],
    );
    if (taken) return false;
    tx.write(
      `INSERT INTO contact (principal_id, tenant_id, email, slack_user_id, slack_by_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (principal_id) DO UPDATE SET email = excluded.email, slack_user_id = excluded.slack_user_id,
         slack_by_id = excluded.slack_by_id`,
      [principalId, tenantId, email, slackUserId, slackById],
    );
    return true;
  },
  peopleIn: (tenantId, roles) =>
    database.query<Principal>(
      `SELECT ${principalColumns} FROM principal p WHERE p.tenant_id = $1 AND p.type = 'HUMAN' AND p.roles && $2::text[]::role[]
         AND p.disabled_at IS NULL ORDER BY p.id LIMIT 200`,
      [tenantId, roles],
    ),
  choices: (ids) =>
    database.query<NoticeChoice>(
      `SELECT ${choiceColumns} FROM notice_choice WHERE principal_id = ANY($1::uuid[])`,
      [ids],
    ),
  saveChoice(tx, { principalId, kind, channel, isOn }) {
    tx.write(
      `INSERT INTO notice_choice (principal_id, kind, channel, is_on) VALUES ($1, $2::notice_kind, $3::notice_channel, $4)
       ON CONFLICT (principal_id, kind, channel) DO UPDATE SET is_on = excluded.is_on`,
      [principalId, kind satisfies NoticeKind, channel satisfies NoticeChannel, isOn],
    );
  },
  ...createOutbound(database),
  async takeRequest(signature) {
    const rows = await database.query(
      'INSERT INTO slack_request (signature, at) VALUES ($1, now()) ON CONFLICT DO NOTHING RETURNING 1 AS taken',
      [signature],
    );
    return rows.length > 0;
  },
  async forget(keepMs) {
    await database.query(`DELETE FROM slack_request WHERE at < now() - interval '1 hour'`);
    await database.query(
      `DELETE FROM notice WHERE state NOT IN ('PENDING', 'CLOSING') AND due_at < now() - $1::float8 * interval '1 millisecond'`,
      [keepMs],
    );
  },
});

const createOutbound = (
  database: Database,
): Pick<
  NoticeStore,
  | 'readEvents'
  | 'moveCursor'
  | 'horizon'
  | 'insert'
  | 'end'
  | 'claim'
  | 'settle'
  | 'slackTs'
  | 'nextDueMs'
  | 'retryFailed'
> => ({
  async horizon(tx) {
    const [row] = await tx.query<{ to: bigint }>(`SELECT ${safeHorizon} - 1 AS "to"`);
    return row?.to ?? 0n;
  },
  async readEvents(tx, types, limit) {
    const [lock] = await tx.query<{ isOurs: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS "isOurs"', [
      composingLock,
    ]);
    if (!lock?.isOurs) return null;
    // What happened before anybody could be told is told to nobody.
    await tx.query(
      `INSERT INTO notice_cursor (id, seq) VALUES (1, ${safeHorizon} - 1) ON CONFLICT (id) DO NOTHING`,
    );
    return tx.query<TellableEvent>(
      `WITH page AS MATERIALIZED (
         SELECT * FROM event WHERE seq > (SELECT seq FROM notice_cursor WHERE id = 1) AND seq < ${safeHorizon}
            AND type = ANY($1) ORDER BY seq LIMIT $2)
       SELECT page.seq, page.tenant_id AS "tenantId", page.at, page.task_id AS "taskId", page.summary, page.type,
         page.data, task.goal, task.submitted_by_id AS "submittedById", plan.summary AS "planSummary", task.risk,
         request.id AS "approvalId", request.revision AS "approvalRevision", ${isNoDecoy('page.task_id')} AS "isReal"
       FROM page LEFT JOIN task ON task.id = page.task_id
         LEFT JOIN plan ON plan.task_id = task.id AND plan.revision = task.revision
         LEFT JOIN approval_request request ON request.task_id = page.task_id
           AND (request.id = (page.data->>'approvalId')::uuid
             OR page.type = 'approval.resolved' AND request.revision = (page.data->>'revision')::int)
       ORDER BY page.seq`,
      [types, limit],
    );
  },
  moveCursor(tx, to) {
    tx.write('UPDATE notice_cursor SET seq = greatest(seq, $1) WHERE id = 1', [to]);
  },
  insert(tx, made) {
    if (made.length > 0)
      tx.write(insertion, [
        JSON.stringify(
          sealedRows(tx, notices, made).map((notice) => ({ ...notice, eventSeq: String(notice.eventSeq) })),
        ),
      ]);
  },
  end(tx, approvalIds, words) {
    tx.write(
      `UPDATE notice SET ended = $2, due_at = now(),
         state = CASE WHEN state = 'PENDING' THEN 'WITHDRAWN' WHEN channel = 'SLACK' THEN 'CLOSING' ELSE state END::notice_state
       WHERE approval_id = ANY($1::uuid[]) AND kind = 'APPROVAL' AND state IN ('PENDING', 'SENT')`,
      [approvalIds, words],
    );
  },
  claim: (limit, holdMs) =>
    database.query<DueNotice & MaybeUnreadable>(
      `UPDATE notice SET attempts = attempts + 1, due_at = now() + $2::float8 * interval '1 millisecond'
        WHERE id IN (SELECT id FROM notice WHERE state IN ('PENDING', 'CLOSING') AND due_at <= now()
          ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING ${columns}, (SELECT traceparent FROM task WHERE task.id = notice.task_id) AS traceparent${orUnreadable}`,
      [limit, holdMs],
    ),
  async settle({ id, state, slackTs, slackChannel }, afterMs, error) {
    // Where it was decided meanwhile, what was just told has to say so.
    await database.query(
      `UPDATE notice SET slack_ts = $3, slack_channel = $4, error = $6,
         due_at = now() + $5::float8 * interval '1 millisecond',
         state = CASE WHEN $2 = 'SENT' AND ended IS NOT NULL AND channel = 'SLACK' THEN 'CLOSING'
                      WHEN $2 = 'PENDING' AND ended IS NOT NULL THEN 'WITHDRAWN' ELSE $2 END::notice_state
       WHERE id = $1`,
      [id, state, slackTs, slackChannel, afterMs, error],
    );
  },
  async slackTs(approvalId) {
    const [row] = await database.query<{ ts: string }>(
      'SELECT slack_ts AS ts FROM notice WHERE approval_id = $1 AND slack_ts IS NOT NULL ORDER BY id LIMIT 1',
      [approvalId],
    );
    return row?.ts ?? null;
  },
  async nextDueMs() {
    const [row] = await database.query<{ ms: number | null }>(
      `SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 AS ms FROM notice
        WHERE state IN ('PENDING', 'CLOSING')`,
    );
    return row?.ms ?? null;
  },
  async retryFailed(heldMs) {
    // What is due sooner may be in the hands of whoever sends it.
    await database.query(
      `UPDATE notice SET due_at = now() WHERE state IN ('PENDING', 'CLOSING') AND error IS NOT NULL
          AND due_at > now() + $1::float8 * interval '1 millisecond'`,
      [heldMs],
    );
  },
});
