import { ProtocolError, type Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { Redactor } from '../../infra/redaction.ts';
import type { ApplyContext } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { askServer } from './ask-server.ts';
import { findTool } from './servers.ts';
import type { McpCallInput, McpCallOutput, McpCallSetup } from './tool-call.ts';

const maxResponseBytes = 524_288;
const longestWords = 2_000;

const answerSchema = z.object({
  content: z.array(z.json()).default([]),
  structuredContent: z.json().default(null),
  isError: z.boolean().default(false),
});

export const callTool = async (
  { servers, secrets }: McpCallSetup,
  input: McpCallInput,
  context: ApplyContext,
): Promise<McpCallOutput> => {
  const { found, fault } = findTool(servers, input);
  // Configuration may have changed since the plan.
  if (!found) throw new ExecutorError('POLICY_DENIED', fault.message, { effect: 'NONE' });
  const { server, reads } = found;
  return askServer(server, secrets, context, async ({ ask }) => {
    const answer = await ask((client) => asked(client, input, context.signal, reads), {
      isRead: reads,
      maxResponseBytes,
    });
    return outputOf(answerSchema.parse(answer), reads, secrets.redactor.json);
  });
};

const asked = async (
  client: Client,
  { tool, arguments: given }: McpCallInput,
  signal: AbortSignal,
  reads: boolean,
): Promise<unknown> => {
  try {
    return await client.callTool({ name: tool, arguments: given }, { signal, timeout: 60_000 });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const effect = reads || neverRun.has(error.code) ? 'NONE' : 'UNKNOWN';
    throw new ExecutorError(
      'PLATFORM_REJECTED',
      `The server refused the call: ${error.message.slice(0, longestWords)}`,
      { effect, retriable: false, cause: error },
    );
  }
};

/** Unknown methods, tools and arguments are refused before anything is done. */
const neverRun: ReadonlySet<number> = new Set([-32_601, -32_602]);

const outputOf = async (
  { content, structuredContent, isError }: z.output<typeof answerSchema>,
  reads: boolean,
  redact: Redactor['json'],
): Promise<McpCallOutput> => {
  if (isError)
    throw new ExecutorError(
      'PLATFORM_REJECTED',
      `The tool failed: ${JSON.stringify(await redact(content)).slice(0, longestWords)}`,
      { effect: reads ? 'NONE' : 'UNKNOWN', retriable: false },
    );
  return redact({ content, structuredContent });
};
