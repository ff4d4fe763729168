import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { TaskStatus } from '@countersign/shared';
import { z } from 'zod';
import { errorCodes } from '../../src/domain/error-catalogue.ts';
import { emptyAnswer, type Door, type DoorCaller, type DoorAnswer } from './door.ts';
import { readFields } from './rest-door.ts';

const answer = z.object({
  task_id: z.string().optional(),
  taskId: z.string().nullish(),
  status: z.string().optional(),
  code: z.enum(errorCodes).nullish(),
  replayed: z.boolean().optional(),
  faults: z.array(z.object({ path: z.string() })).optional(),
  retryAfterMs: z.number().nullish(),
  revision: z.number().optional(),
  planHash: z.string().nullish(),
  error: z.object({ code: z.enum(errorCodes), retriable: z.boolean() }).nullish(),
});

/** Tools have no decisions: people decide through another door. */
export const createMcpDoor = (url: string, { approve, reject }: Pick<Door, 'approve' | 'reject'>): Door => {
  const call = async ({ key }: DoorCaller, name: string, given: Record<string, unknown>) => {
    const client = new Client({ name: 'a-door', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(
      new StreamableHTTPClientTransport(new URL('/mcp', url), { authProvider: { token: async () => key } }),
    );
    try {
      const { structuredContent } = await client.callTool({ name, arguments: given });
      return answer.parse(structuredContent);
    } finally {
      await client.close();
    }
  };
  return {
    name: 'MCP',
    submit: async (caller, submission) =>
      told(await call(caller, 'submit_task', { ...submission, waitSeconds: 0 })),
    approve,
    reject,
    cancel: async (caller, taskId, reason) => told(await call(caller, 'cancel_task', { taskId, reason })),
    async read(caller, id) {
      const body = await call(caller, 'get_task', { id });
      return { ...told(body), ...readFields(body) };
    },
  };
};

const told = (body: z.output<typeof answer>): DoorAnswer => ({
  ...emptyAnswer,
  taskId: body.task_id ?? body.taskId ?? null,
  status: body.status === undefined ? null : (body.status.toUpperCase() as TaskStatus),
  code: body.code ?? null,
  isReplay: body.replayed === true,
  faults: (body.faults ?? []).map(({ path }) => path),
  isToWait: typeof body.retryAfterMs === 'number',
});
