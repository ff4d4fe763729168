import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Outcome, Refusal } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { faultsOf } from '../../domain/refusal-details.ts';
import type { ToolAnswer } from './mcp-tool.ts';

/** As it goes over the wire. */
export const asData = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** Why nothing was done, and everything that is wrong with the input. */
export const refusedAnswer = ({
  code,
  message,
  retriable,
  retryAfterMs,
  approvalUrl,
  details,
}: Refusal): ToolAnswer => {
  const faults = faultsOf(details);
  const taskId = details?.kind === 'EXISTING_TASK' ? details.taskId : null;
  const wait = retryAfterMs === null ? '' : ` Wait ${Math.ceil(retryAfterMs / 1000)} s first.`;
  return {
    words: [
      `Refused (${code}): ${message}${wait}`,
      ...faults.map(({ path, message: fault, suggestions = [] }) =>
        suggestions.length > 0
          ? `- ${path}: ${fault}. Nearest: ${suggestions.join(', ')}.`
          : `- ${path}: ${fault}`,
      ),
    ].join('\n'),
    data: asData({ code, message, retriable, retryAfterMs, approval_link: approvalUrl, taskId, faults }),
    isError: true,
  };
};

export const answerOf = <Value>(outcome: Outcome<Value>, tell: (value: Value) => ToolAnswer): ToolAnswer =>
  outcome.ok ? tell(outcome.value) : refusedAnswer(outcome.refusal);

/** As the protocol writes the answer of a tool. */
export const resultOf = ({ words, data, isError, passedOn }: ToolAnswer): CallToolResult =>
  passedOn ?? { content: [{ type: 'text', text: words }], structuredContent: data, isError };
