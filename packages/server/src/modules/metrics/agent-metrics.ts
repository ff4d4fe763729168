import { Counter, Histogram, type Registry } from 'prom-client';
import { LRUCache } from 'lru-cache';
import type { NewEvent } from '../../domain/events.ts';

/** What became of a call of a tool. */
export interface ToolCalled {
  readonly tool: string;
  readonly isOk: boolean;
}

export interface AgentMetrics {
  readonly count: (event: NewEvent) => void;
  readonly countTool: (call: ToolCalled) => void;
}

/** Seconds. */
const planningBuckets = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const results = ['success', 'failure'] as const;
/** Goals whose planning began and has not ended: what a crash left over makes room for later ones. */
const mostBegun = 10_000;

/** Agents of this server that plan goals, and the tools that any agent calls, by their names. */
export const createAgentMetrics = (
  registry: Registry,
  known: { readonly agents: readonly string[]; readonly tools: readonly string[] },
): AgentMetrics => {
  const durations = new Histogram({
    registers: [registry],
    name: 'countersign_planning_duration_seconds',
    help: 'From the moment an agent begins to plan a goal to its proposal, or to its refusal.',
    labelNames: ['agent'],
    buckets: planningBuckets,
  });
  const tools = new Counter({
    registers: [registry],
    name: 'countersign_tool_calls_total',
    help: 'Calls of tools, by agents of this server and by others.',
    labelNames: ['name', 'result'],
  });
  // A series that starts at zero shows its first increase.
  for (const agent of known.agents) durations.zero({ agent });
  for (const name of known.tools) for (const result of results) tools.inc({ name, result }, 0);
  const begun = new LRUCache<string, Date>({ max: mostBegun });
  const count = ({ type, taskId, at, data }: NewEvent): void => {
    if (taskId === null) return;
    if (type === 'planning.started') begun.set(taskId, at);
    if (type === 'planning.finished' || type === 'planning.refused') {
      const since = begun.get(taskId);
      begun.delete(taskId);
      if (since)
        durations.observe({ agent: data.agent }, Math.max(0, at.getTime() - since.getTime()) / 1_000);
    }
  };
  return {
    count,
    countTool: ({ tool, isOk }) => {
      tools.inc({ name: tool, result: results[isOk ? 0 : 1] });
    },
  };
};
