import type { JsonObject } from '../../domain/json.ts';
import type { ClientContext } from '../kit/guarded-fetch.ts';

/** A tool as its server describes it. None of it is trusted. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
}

/** A tool that configuration lets be called, whatever its server says. */
export interface ToolAllowed {
  readonly name: string;
  /** Whether a person here says that it only looks. */
  readonly reads: boolean;
  /** The params that call it with these arguments. */
  readonly paramsOf: (given: JsonObject) => JsonObject;
}

/** Another server whose tools an action type calls. */
export interface ServerConnection {
  /** As configuration names it. */
  readonly name: string;
  readonly url: string;
  readonly tools: readonly ToolAllowed[];
  /** Asks it which tools it has; writes nothing. Whoever asks sets the time. */
  readonly list: (context: ClientContext) => Promise<readonly ListedTool[]>;
}
