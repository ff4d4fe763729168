import type { ResultOf } from 'gql.tada';
import type { Tone } from '../../components/pill.tsx';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const ConnectedServers = graphql(`
  query ConnectedServers {
    connectedServers {
      name
      platform
      url
      state
      askedAt
      error
      tools {
        name
        callName
        reads
        description
        inputSchema
        isOffered
        changedAt
        calls
        failedCalls
        lastCalledAt
        lastError
      }
    }
  }
`);

export type ConnectedServer = ResultOf<typeof ConnectedServers>['connectedServers'][number];
export type ConnectedTool = ConnectedServer['tools'][number];

const lookEveryMs = { unheard: 2_000, heard: 30_000 };

/** Asked again now and then, and soon where one was not heard yet: that a server answers is no event of ours. */
export const connectedServersOptions = () => ({
  ...documentOptions(ConnectedServers, {}, { refetchOn: ['step.'] }),
  refetchInterval: ({ state }: { state: { data?: ResultOf<typeof ConnectedServers> | undefined } }) =>
    state.data?.connectedServers.some((server) => server.state === 'UNKNOWN') === true
      ? lookEveryMs.unheard
      : lookEveryMs.heard,
});

export const stateWords: Readonly<Record<ConnectedServer['state'], readonly [Tone, string]>> = {
  UNKNOWN: ['grey', 'not heard yet'],
  ANSWERS: ['green', 'answers'],
  FAILS: ['red', 'does not answer'],
};
