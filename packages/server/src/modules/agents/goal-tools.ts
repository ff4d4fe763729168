import type { Outcome } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

/** A tool as it is offered to whoever plans. */
export interface ToolOffer {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its input. */
  readonly inputSchema: JsonObject;
}

/** What a tool said, and where it has it from. */
export interface ToolAnswered {
  readonly output: Json;
  readonly outputDigest: string;
  readonly source: { readonly name: string; readonly asOf: Date | null; readonly isOutside: boolean };
  readonly citation: { readonly text: string; readonly rows: string | null };
}

/** The registry as planning knows it: it can only read. */
export interface GoalTools {
  offers(names: readonly string[]): readonly ToolOffer[];
  /** Refused: unknown, faulty input, too long, too large. Never rejects. */
  call(
    tenantId: string,
    name: string,
    input: JsonObject,
    signal: AbortSignal,
  ): Promise<Outcome<ToolAnswered>>;
}
