import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { Failure } from '../../domain/errors.ts';
import { sightOf, type Sight } from '../../domain/sight.ts';
import type { ConnectedServer, ConnectedServers, ConnectedTool } from '../../platforms/index.ts';
import type { TargetCalls } from '../../record/target-calls.ts';
import { defineQuery } from '../operation.ts';

/** A tool of another server, with what became of its latest calls that the viewer sees. */
export interface ConnectedToolView extends Omit<ConnectedTool, 'paramsOf'> {
  readonly calls: number;
  readonly failedCalls: number;
  readonly lastCalledAt: Date | null;
  readonly lastError: string | null;
}

export interface ConnectedServerView extends Omit<ConnectedServer, 'tools'> {
  readonly tools: readonly ConnectedToolView[];
}

export interface ConnectedServerDeps {
  readonly connected: Pick<ConnectedServers, 'read'>;
  readonly findTargetCalls: (
    sight: Sight,
    actionType: string,
    kind: string,
  ) => Promise<readonly TargetCalls[]>;
}

export const createConnectedServerQueries = ({ connected, findTargetCalls }: ConnectedServerDeps) => ({
  connectedServers: defineQuery({
    name: 'connectedServers',
    description:
      'Other servers whose tools may be called through here, as configuration names them, with what each says of its tools now and what became of the latest calls. Nothing that they say is believed: policy decides on every call.',
    input: z.strictObject({}),
    view: async ({ viewer }) => {
      const servers = await connected.read();
      const types = [...new Set(servers.map(({ actionType }) => actionType))];
      const calls = new Map(
        await Promise.all(
          types.map(async (type) => [type, await findTargetCalls(sightOf(viewer), type, 'tool')] as const),
        ),
      );
      return accepted(
        servers.map((server): ConnectedServerView => {
          const made = calls.get(server.actionType) ?? [];
          return {
            ...server,
            tools: server.tools.map((tool) =>
              withCalls(
                tool,
                made.find(({ target }) => target === `${server.name}/${tool.name}`),
              ),
            ),
          };
        }),
      );
    },
  }),
});

export type ConnectedServerQueries = ReturnType<typeof createConnectedServerQueries>;

const withCalls = (
  { paramsOf: _params, ...tool }: ConnectedTool,
  made: TargetCalls | undefined,
): ConnectedToolView => ({
  ...tool,
  calls: made?.calls ?? 0,
  failedCalls: made?.failed ?? 0,
  lastCalledAt: made?.lastAt ?? null,
  lastError: wordsOf(made?.lastError ?? null),
});

const wordsOf = (error: Failure | null): string | null => error && `${error.code}: ${error.message}`;
