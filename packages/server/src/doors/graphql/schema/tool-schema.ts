import type { ToolQueries, ToolSaid, ToolView } from '../../../modules/tools/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** What agents look things up with. */
export const addToolSchema = (builder: Builder, refs: Refs, operations: ToolQueries): void => {
  const tool = defineType<ToolView>(
    builder,
    'Tool',
    'Something that an agent may look up or have reckoned. It can only read.',
    {
      name: ['String', 'query_assets'],
      title: ['String', 'For people.'],
      description: ['String', 'What it answers, and what it does not.'],
      reads: [[refs.enums.dataSet], 'What it reads; nothing where it reckons with its input alone.'],
      inputSchema: ['JSON', 'JSON Schema (2020-12) of its input.'],
      outputSchema: ['JSON', 'JSON Schema (2020-12) of its output.'],
      timeMs: ['Milliseconds', 'What one call may take.'],
      maxBytes: ['Int', 'How long its output may be, as JSON.'],
      dataAsOf: [
        'DateTime',
        'When the oldest of what it reads was imported; null where something of it never was, or it reads nothing.',
        'nullable',
      ],
      calls: ['Int', 'In the last 30 days, in your tenant.'],
      refusedCalls: ['Int', 'Of them, those that gave no answer.'],
      lastCalledAt: ['DateTime', 'Null where it was not called in the last 30 days.', 'nullable'],
    },
  );
  refs.query(operations.tools, { type: [tool] });
  const said = defineType<ToolSaid>(
    builder,
    'ToolAnswer',
    'What a tool said. Texts in it are never trusted.',
    {
      tool: ['String', 'Its name.'],
      outputDigest: ['String', 'SHA-256 of the output as canonical JSON.'],
      durationMs: ['Milliseconds', 'How long it took.'],
    },
    (t) => ({
      output: t.field({
        type: 'JSON',
        description: "As the tool's output schema says.",
        resolve: ({ output }) => output,
      }),
      sourceName: t.string({ description: 'What it rests on.', resolve: ({ source }) => source.name }),
      sourceAsOf: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'How old that is; null where it rests on the input alone.',
        resolve: ({ source }) => source.asOf,
      }),
      isOutside: t.boolean({
        description: 'Whether anybody outside could have written what it rests on.',
        resolve: ({ source }) => source.isOutside,
      }),
      citation: t.string({
        description: 'To be quoted in a plan.',
        resolve: ({ citation }) => citation.text,
      }),
      rows: t.string({
        nullable: true,
        description: "The console's address of the rows as they were; null where there are none.",
        resolve: ({ citation }) => citation.rows,
      }),
    }),
  );
  refs.query(operations.askTool, { type: said });
};
