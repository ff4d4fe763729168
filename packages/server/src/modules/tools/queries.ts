import { z } from 'zod';
import type { DataSet } from '../../domain/asset.ts';
import { accepted } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ImportStore } from '../../record/import-store.ts';
import type { ToolUseStore } from '../../record/tool-use-store.ts';
import type { ToolAnswer } from '../../tools/contract/tool.ts';
import { text } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import type { Toolbox } from './toolbox.ts';

const never = new AbortController().signal;

/** A tool, with how old what it reads is. */
export interface ToolView {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly reads: readonly DataSet[];
  /** JSON Schemas (2020-12). */
  readonly inputSchema: object;
  readonly outputSchema: object;
  readonly timeMs: number;
  readonly maxBytes: number;
  /** The oldest of what it reads, as it was imported last; null where something of it never was. */
  readonly dataAsOf: Date | null;
  readonly calls: number;
  readonly refusedCalls: number;
  readonly lastCalledAt: Date | null;
}

/** What a tool said. */
export interface ToolSaid extends ToolAnswer<Json> {
  readonly tool: string;
  readonly outputDigest: string;
  readonly durationMs: number;
}

export interface ToolQueryDependencies {
  readonly toolbox: Toolbox;
  readonly imports: Pick<ImportStore, 'newest'>;
  readonly uses: Pick<ToolUseStore, 'find'>;
}

export const createToolQueries = ({ toolbox, imports, uses }: ToolQueryDependencies) => {
  const described = toolbox.list.map((tool) => ({
    ...tool,
    inputSchema: z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' }),
    outputSchema: z.toJSONSchema(tool.output, { io: 'output', unrepresentable: 'any' }),
  }));
  return {
    tools: defineQuery({
      name: 'tools',
      description:
        'What agents may look up or have reckoned, by what it is for. Tools can only read: what they find goes into a plan, and the plan is decided on as every plan is.',
      input: z.strictObject({}),
      view: async ({ viewer: { tenantId } }) => {
        const [newest, used] = await Promise.all([imports.newest(tenantId, {}), uses.find(tenantId)]);
        return accepted(
          described.map(({ budget, call: _call, input: _input, output: _output, ...tool }): ToolView => {
            const use = used.find((one) => one.tool === tool.name);
            const ages = tool.reads.map((set) => newest.find(({ dataSet }) => dataSet === set)?.at);
            const known = ages.filter((at) => at !== undefined);
            const isKnown = known.length > 0 && known.length === ages.length;
            return {
              ...tool,
              ...budget,
              dataAsOf: isKnown ? new Date(Math.min(...known.map(Number))) : null,
              calls: use?.calls ?? 0,
              refusedCalls: use?.refused ?? 0,
              lastCalledAt: use?.lastAt ?? null,
            };
          }),
        );
      },
    }),
    askTool: defineQuery({
      name: 'askTool',
      description:
        'What a tool says: its output, what that rests on, and a citation whose address opens the rows. It changes nothing.',
      input: z.strictObject({
        tool: text(100).describe('Its name: query_assets.'),
        input: z.json().describe("As the tool's input schema says."),
      }),
      view: async ({ viewer: { tenantId }, signal = never }, { tool, input }) => {
        const { outcome, outputDigest, durationMs } = await toolbox.call(tenantId, tool, input, signal);
        if (!outcome.ok) return outcome;
        return accepted<ToolSaid>({ ...outcome.value, tool, outputDigest: outputDigest ?? '', durationMs });
      },
    }),
  };
};

export type ToolQueries = ReturnType<typeof createToolQueries>;
