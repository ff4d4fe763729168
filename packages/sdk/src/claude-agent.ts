import type { Countersign } from './client.ts';
import { createDoorTools } from './door-tools.ts';
import { createGuard, type ActionsOf } from './guard.ts';
import { isObject, keyOf, type ToolOptions } from './tools.ts';

/** What a hook `PreToolUse` of the Claude Agent SDK is told. */
interface ToolUse {
  readonly tool_name: string;
  readonly tool_input: unknown;
  readonly tool_use_id: string;
}

/** What it answers. */
export interface ToolUseVerdict {
  hookSpecificOutput: {
    hookEventName: 'PreToolUse';
    permissionDecision: 'allow' | 'deny';
    permissionDecisionReason: string;
    updatedInput?: Record<string, unknown>;
  };
}

export interface ClaudeAgentHooks {
  PreToolUse: {
    hooks: ((
      input: { readonly hook_event_name: string },
      toolUseId: string | undefined,
      options: { signal: AbortSignal },
    ) => Promise<ToolUseVerdict | Record<string, never>>)[];
    /** Seconds. */
    timeout: number;
    /** Its own default lets a tool act where its hook fails. */
    onFailure: 'block';
  }[];
}

export interface ClaudeAgentOptions extends ToolOptions {
  /** Tools that may act by themselves, by the names that the SDK gives them: `Read`, `Grep`. None where left out. */
  readonly untouched?: readonly string[];
}

const verdict = (
  permissionDecision: 'allow' | 'deny',
  permissionDecisionReason: string,
  updatedInput?: Record<string, unknown>,
): ToolUseVerdict => ({
  hookSpecificOutput: {
    hookEventName: 'PreToolUse',
    permissionDecision,
    permissionDecisionReason,
    ...(updatedInput && { updatedInput }),
  },
});

/** Longer than a call is held. */
const timeoutSeconds = 120;
const serverName = 'countersign';
const ownPrefix = `mcp__${serverName}__`;

/**
 * For `query({ options })` of the Claude Agent SDK (`@anthropic-ai/claude-agent-sdk`). Its agent has the tools of the
 * server's MCP door, each call of which is one task. A tool of yours that has an action acts through Countersign alone:
 * the SDK is told not to run it, with what came of the action as the reason. Any other is not run, but the `untouched`.
 */
export const toClaudeAgent = (
  countersign: Countersign,
  actions: ActionsOf,
  { untouched = [], ...options }: ClaudeAgentOptions,
): {
  mcpServers: { countersign: { type: 'http'; url: string; headers: Record<string, string> } };
  mcpServersDelivery: 'initialize';
  hooks: ClaudeAgentHooks;
} => {
  const guard = createGuard(countersign, actions, options);
  const isOfDoor = createDoorTools(countersign.mcp);
  const decide = async (
    { tool_name: name, tool_input: input, tool_use_id: toolCallId }: ToolUse,
    signal: AbortSignal,
  ): Promise<ToolUseVerdict | Record<string, never>> => {
    if (name.startsWith(ownPrefix) && (await isOfDoor(name.slice(ownPrefix.length), signal))) {
      if (!isObject(input) || !('idempotencyKey' in input)) return verdict('allow', 'Countersign decides.');
      // By the call, not by the model: what it calls again by another key would be another task.
      const idempotencyKey = await keyOf(options.thread, toolCallId);
      return verdict('allow', 'Countersign decides.', { ...input, idempotencyKey });
    }
    if (untouched.includes(name)) return {};
    return verdict('deny', JSON.stringify(await guard(name, input, { toolCallId, signal })));
  };
  return {
    mcpServers: { [serverName]: { type: 'http', ...countersign.mcp() } },
    // Its own default puts the key on a command line, which others of the machine can read.
    mcpServersDelivery: 'initialize',
    hooks: {
      PreToolUse: [
        {
          hooks: [(input, _id, { signal }) => decide(input as ToolUse & typeof input, signal)],
          timeout: timeoutSeconds,
          onFailure: 'block',
        },
      ],
    },
  };
};
