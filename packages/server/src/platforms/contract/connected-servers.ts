import { visibleText } from '@countersign/shared';
import { toShortText, type JsonObject } from '../../domain/json.ts';
import { systemClock } from '../../infra/clock.ts';
import type { HttpClient } from '../../infra/http-client.ts';
import { createSharedRead } from '../../infra/shared-read.ts';
import type { Redactor } from '../../infra/redaction.ts';
import { describeError } from '../kit/executor-error.ts';
import { callNamesOf, type CallNames } from './call-names.ts';
import { anyObject, passedOn } from './passed-schema.ts';
import type { ServerConnection, ToolAllowed, ListedTool } from './server-connection.ts';

/** ANSWERS and FAILS are of the last time that it was asked which tools it has. */
export type ConnectionState = 'UNKNOWN' | 'ANSWERS' | 'FAILS';

/** What is known of a tool that may be called. */
export interface ConnectedTool extends ToolAllowed {
  /** As it is called in a list of the tools of many servers: letters, digits, `_` and `-`, at most 64. */
  readonly callName: string;
  /** Its server's own words, cut and without what nobody sees; empty where there are none. */
  readonly description: string;
  /** Its server's own; any object where it told of none that we would pass on. */
  readonly inputSchema: JsonObject;
  /** Whether its server has it; null while the server was never heard. */
  readonly isOffered: boolean | null;
  /** When what its server tells of it was seen to have become something else, while this process runs. */
  readonly changedAt: Date | null;
}

export interface ConnectedServer {
  readonly platform: string;
  /** Of the action that calls its tools: `mcp.call`. */
  readonly actionType: string;
  readonly name: string;
  readonly url: string;
  readonly state: ConnectionState;
  /** When it was asked last; null where it never was. */
  readonly askedAt: Date | null;
  /** Why it did not tell of its tools. */
  readonly error: string | null;
  readonly tools: readonly ConnectedTool[];
}

/** Other servers whose tools are passed on. */
export interface ConnectedServers {
  /** As they are known, half a minute old at most; whoever does not answer soon is told as it was known before. */
  readonly read: () => Promise<readonly ConnectedServer[]>;
  /** As they are known now. */
  readonly known: () => readonly ConnectedServer[];
  /** Hears when what may be called has other names, words or schemas than before. */
  readonly onChanged: (listener: () => void) => () => void;
}

export interface ConnectionSource {
  readonly platform: string;
  readonly actionType: string;
  readonly connection: ServerConnection;
  readonly http: HttpClient;
}

export interface ConnectionTimes {
  readonly keptMs: number;
  /** What a server may take to answer. */
  readonly answerMs: number;
  /** What whoever reads waits at most. */
  readonly patienceMs: number;
}

const defaultTimes: ConnectionTimes = { keptMs: 30_000, answerMs: 10_000, patienceMs: 3_000 };

const longestDescription = 2_000;

export const createConnectedServers = (
  sources: readonly ConnectionSource[],
  redactor: Pick<Redactor, 'text'>,
  times: ConnectionTimes = defaultTimes,
): ConnectedServers => {
  const names = callNamesOf(sources.map(({ connection }) => connection));
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const servers = sources.map((source) => watchServer(source, { names, redactor, times, changed }));
  const known = (): readonly ConnectedServer[] => servers.map(({ current }) => current());
  return {
    known,
    async read() {
      const patience = timeout(times.patienceMs);
      await Promise.race([Promise.all(servers.map(({ ask }) => ask())), patience.over]);
      patience.end();
      return known();
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

const timeout = (ms: number) => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return {
    over,
    end: () => {
      clearTimeout(timer);
    },
  };
};

interface Watching {
  readonly names: CallNames;
  readonly redactor: Pick<Redactor, 'text'>;
  readonly times: ConnectionTimes;
  readonly changed: () => void;
}

const watchServer = (
  { platform, actionType, connection, http }: ConnectionSource,
  { names, redactor, times: { keptMs, answerMs }, changed }: Watching,
) => {
  const { name, url } = connection;
  let current: ConnectedServer = {
    ...{ platform, actionType, name, url, state: 'UNKNOWN', askedAt: null, error: null },
    tools: connection.tools.map((tool) => unheard(tool, names(name, tool.name))),
  };
  const ask = async (): Promise<void> => {
    try {
      const told = await connection.list({ http, signal: AbortSignal.timeout(answerMs) });
      const before = current;
      const now = systemClock.now();
      const tools = before.tools.map((tool) => heard(tool, told, now));
      current = { ...before, state: 'ANSWERS', askedAt: now, error: null, tools };
      if (JSON.stringify(before.tools.map(shown)) !== JSON.stringify(tools.map(shown))) changed();
    } catch (error) {
      const { message } = describeError(error).failure;
      const words = toShortText(visibleText(redactor.text(message)), longestDescription);
      current = { ...current, state: 'FAILS', askedAt: systemClock.now(), error: words };
    }
  };
  return { current: () => current, ask: createSharedRead(ask, keptMs, keptMs) };
};

const unheard = (tool: ToolAllowed, callName: string): ConnectedTool => ({
  ...tool,
  ...{ callName, description: '', inputSchema: anyObject, isOffered: null, changedAt: null },
});

/** What of a tool its server can change. */
const shown = ({ description, inputSchema, isOffered }: ConnectedTool) => ({
  description,
  inputSchema,
  isOffered: isOffered !== false,
});

const heard = (tool: ConnectedTool, all: readonly ListedTool[], now: Date): ConnectedTool => {
  const told = all.find(({ name }) => name === tool.name);
  if (!told) return { ...tool, isOffered: false };
  const next: ConnectedTool = {
    ...tool,
    isOffered: true,
    description: toShortText(visibleText(told.description), longestDescription),
    inputSchema: passedOn(told.inputSchema),
  };
  const isOther =
    tool.isOffered !== null &&
    (tool.description !== next.description ||
      JSON.stringify(tool.inputSchema) !== JSON.stringify(next.inputSchema));
  return isOther ? { ...next, changedAt: now } : next;
};
