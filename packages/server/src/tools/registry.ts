import { addAbortListener } from 'node:events';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../domain/errors.ts';
import { toCarriable, type Json } from '../domain/json.ts';
import { canonicalJson, sha256 } from '../infra/digest.ts';
import { pathOf, readInput } from '../infra/input-words.ts';
import { joinSignals } from '../infra/joined-signal.ts';
import type { AnyTool, ToolAnswer, ToolContext, ToolSource } from './contract/tool.ts';

/** What became of one call, for whoever keeps a record of it. */
export interface ToolCall {
  readonly tool: string;
  readonly input: unknown;
  readonly outcome: Outcome<ToolAnswer<Json>>;
  /** SHA-256 of the output's canonical JSON; null where there is none. */
  readonly outputDigest: string | null;
  readonly source: ToolSource | null;
  readonly durationMs: number;
}

export interface ToolRegistry {
  readonly list: readonly AnyTool[];
  /** Those of these names, in their order. A name that is none is left out. */
  toolsOf(names: readonly string[]): readonly AnyTool[];
  /** Checks what goes in and what comes out, keeps time and size. Never rejects. */
  callTool(name: string, input: unknown, context: ToolContext): Promise<ToolCall>;
}

export interface RegistryOptions {
  readonly tools: readonly AnyTool[];
  /** What went wrong on our side. */
  readonly onError: (error: unknown, tool: string) => void;
  readonly onCalled?: (call: ToolCall, tenantId: string) => void;
}

export const createToolRegistry = ({ tools, onError, onCalled }: RegistryOptions): ToolRegistry => {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return {
    list: tools,
    toolsOf: (names) => names.flatMap((name) => byName.get(name) ?? []),
    async callTool(name, input, context) {
      const begun = performance.now();
      const tool = byName.get(name);
      const outcome = tool
        ? await callWithin(tool, input, context, onError)
        : refused(refusal('RESOURCE_NOT_FOUND', `There is no tool ${name.slice(0, 100)}.`));
      const call: ToolCall = {
        tool: name,
        input,
        outcome,
        outputDigest: outcome.ok ? sha256(canonicalJson(outcome.value.output)) : null,
        source: outcome.ok ? outcome.value.source : null,
        durationMs: Math.round(performance.now() - begun),
      };
      onCalled?.(call, context.tenantId);
      return call;
    },
  };
};

const callWithin = async (
  tool: AnyTool,
  input: unknown,
  context: ToolContext,
  onError: RegistryOptions['onError'],
): Promise<Outcome<ToolAnswer<Json>>> => {
  const read = readInput(tool.input, input);
  if (!read.ok)
    return refused(invalidInput(read.faults.map(({ keys, message }) => ({ path: pathOf(keys), message }))));
  const time = new AbortController();
  const timer = setTimeout(() => {
    time.abort();
  }, tool.budget.timeMs);
  using joined = joinSignals(context.signal, time.signal);
  try {
    const outcome = await Promise.race([
      tool.call(read.value as never, { ...context, signal: joined.signal }),
      ending(joined.signal),
    ]);
    if (outcome === null) return refused(tooLong(tool, context.signal));
    return outcome.ok ? checked(tool, outcome.value) : outcome;
  } catch (error) {
    if (joined.signal.aborted) return refused(tooLong(tool, context.signal));
    onError(error, tool.name);
    return refused(refusal('INTERNAL_ERROR', `${tool.name} failed on our side.`));
  } finally {
    clearTimeout(timer);
  }
};

const ending = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    addAbortListener(signal, () => {
      resolve(null);
    });
  });

const tooLong = ({ name, budget }: AnyTool, caller: AbortSignal): Refusal =>
  caller.aborted
    ? refusal('TASK_CANCELLED', `${name} was ended by its caller.`)
    : refusal('EXECUTION_TIMEOUT', `${name} took longer than its ${budget.timeMs} ms. Ask for less.`);

/** What does not have the form that the tool promises is our fault; what is too long is the question's. */
const checked = (
  { name, output: schema, budget }: AnyTool,
  answer: ToolAnswer<unknown>,
): Outcome<ToolAnswer<Json>> => {
  const output = toCarriable(schema.parse(answer.output) as Json);
  const bytes = Buffer.byteLength(canonicalJson(output));
  if (bytes <= budget.maxBytes) return accepted({ ...answer, output });
  return refused(
    refusal(
      'QUERY_TOO_COMPLEX',
      `The answer of ${name} has ${bytes} bytes, and ${budget.maxBytes} are allowed. Narrow the question.`,
    ),
  );
};
