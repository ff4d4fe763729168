import type { z } from 'zod';
import type { DataSet } from '../../domain/asset.ts';
import type { Outcome } from '../../domain/errors.ts';
import type { ToolPorts } from './ports.ts';

/** What a tool may spend on one call. */
export interface ToolBudget {
  readonly timeMs: number;
  /** Of its output as canonical JSON, in UTF-8. */
  readonly maxBytes: number;
}

/** What an answer rests on. */
export interface ToolSource {
  /** `inventory`, `vulnerabilities: nvd`. */
  readonly name: string;
  /** How old the data is: when it was imported last. Null where the answer rests on the input alone. */
  readonly asOf: Date | null;
  /** Somebody outside could have written it: what is made of it is tainted. */
  readonly isOutside: boolean;
}

export interface Citation {
  /** `47 of 100 servers run openssl 3.2.1, inventory of 2026-11-27 10:12 UTC` */
  readonly text: string;
  /** The console's address that opens the rows as they were: `/inventory?at=…`. Null where there are none. */
  readonly rows: string | null;
}

export interface ToolAnswer<Output> {
  readonly output: Output;
  readonly source: ToolSource;
  readonly citation: Citation;
}

/** What a tool has of the world, all of one tenant and all to be read only. */
export interface ToolContext extends ToolPorts {
  readonly tenantId: string;
  readonly signal: AbortSignal;
  /** The moment that an answer counts days from. */
  readonly now: Date;
}

/** Something that an agent may look up or have reckoned. It can only read: a context has nothing to write with. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  /** `query_assets` */
  readonly name: string;
  readonly title: string;
  /** For the model and for people: what it answers, and what it does not. */
  readonly description: string;
  /** What it reads, in words of the console: `inventory`, `vulnerabilities`; empty where it reckons with its input. */
  readonly reads: readonly DataSet[];
  readonly input: Input;
  readonly output: Output;
  readonly budget: ToolBudget;
  /** An expected "no" is a refusal. What it throws is ours: INTERNAL_ERROR. */
  call(input: z.output<Input>, context: ToolContext): Promise<Outcome<ToolAnswer<z.input<Output>>>>;
}

/** Whatever it takes and gives. */
export type AnyTool = Omit<Tool, 'call'> & {
  call(input: never, context: ToolContext): Promise<Outcome<ToolAnswer<unknown>>>;
};

const defaultBudget: ToolBudget = { timeMs: 5_000, maxBytes: 64 * 1024 };

export const defineTool = <Input extends z.ZodObject, Output extends z.ZodType>({
  budget,
  ...definition
}: Omit<Tool<Input, Output>, 'budget'> & { readonly budget?: Partial<ToolBudget> }): Tool<Input, Output> => ({
  ...definition,
  budget: { ...defaultBudget, ...budget },
});
