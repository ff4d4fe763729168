import type { Clock } from '../../infra/clock.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Measures } from '../../infra/measured.ts';
import type { ToolUseStore } from '../../record/tool-use-store.ts';
import type { ToolPorts } from '../../tools/contract/ports.ts';
import type { AnyTool } from '../../tools/contract/tool.ts';
import { createToolRegistry, type ToolCall, type ToolRegistry } from '../../tools/registry.ts';

export interface ToolboxDependencies {
  readonly tools: readonly AnyTool[];
  /** What tools see of a tenant. */
  readonly portsOf: (tenantId: string) => ToolPorts;
  readonly clock: Clock;
  readonly uses: Pick<ToolUseStore, 'note'>;
  readonly logger: Logger;
  readonly measures?: Measures;
}

/** The tools of this server, upon a tenant's data. */
export interface Toolbox extends Pick<ToolRegistry, 'list' | 'toolsOf'> {
  /** Never rejects. */
  call(tenantId: string, name: string, input: unknown, signal: AbortSignal): Promise<ToolCall>;
}

export const createToolbox = ({
  tools,
  portsOf,
  clock,
  uses,
  logger,
  measures,
}: ToolboxDependencies): Toolbox => {
  const registry = createToolRegistry({
    tools,
    onError: (error, tool) => {
      logger.error({ err: error, tool }, 'a tool failed');
    },
    onCalled: ({ tool, outcome }, tenantId) => {
      if (!registry.toolsOf([tool])[0]) return;
      measures?.emit('toolCalled', { tool, isOk: outcome.ok });
      uses.note(tenantId, tool, !outcome.ok).catch((error: unknown) => {
        logger.warn({ err: error, tool }, 'that a tool was called is not counted');
      });
    },
  });
  return {
    list: registry.list,
    toolsOf: registry.toolsOf,
    call: (tenantId, name, input, signal) =>
      registry.callTool(name, input, { ...portsOf(tenantId), tenantId, signal, now: clock.now() }),
  };
};
