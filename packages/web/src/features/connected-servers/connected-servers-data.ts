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

/** Asked again now and then: that a server stopped answering is no event of ours. */
export const connectedServersOptions = () => ({
  ...documentOptions(ConnectedServers, {}, { refetchOn: ['step.'] }),
  refetchInterval: 30_000,
});

export const stateWords: Readonly<Record<ConnectedServer['state'], readonly [Tone, string]>> = {
  UNKNOWN: ['grey', 'not heard yet'],
  ANSWERS: ['green', 'answers'],
  FAILS: ['red', 'does not answer'],
};
