import type { Connections, StatementRunner } from '../infra/database.ts';

/** How often a tool was called in the last 30 days. */
export interface ToolUse {
  readonly tool: string;
  readonly calls: number;
  readonly refused: number;
  readonly lastAt: Date;
}

export interface ToolUseStore {
  note(tenantId: string, tool: string, isRefused: boolean): Promise<void>;
  /** Of the last 30 days. */
  find(tenantId: string): Promise<ToolUse[]>;
}

const today = '(floor(extract(epoch FROM now()) / 86400))::int';

export const createToolUseStore = (
  database: StatementRunner & { readonly reports: Connections },
): ToolUseStore => ({
  async note(tenantId, tool, isRefused) {
    await database.query(
      `INSERT INTO tool_use AS u (tenant_id, tool, day, calls, refused, last_at) VALUES ($1, $2, ${today}, 1, $3::int, now())
       ON CONFLICT (tenant_id, tool, day) DO UPDATE SET calls = u.calls + 1, refused = u.refused + $3::int, last_at = now()`,
      [tenantId, tool, isRefused ? 1 : 0],
    );
  },
  find: (tenantId) =>
    database.reports.query<ToolUse>(
      `SELECT tool, sum(calls)::int AS calls, sum(refused)::int AS refused, max(last_at) AS "lastAt" FROM tool_use
        WHERE tenant_id = $1 AND day > ${today} - 30 GROUP BY tool`,
      [tenantId],
    ),
});
