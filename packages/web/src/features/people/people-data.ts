import type { ResultOf, VariablesOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { RefusalFields } from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';

const People = graphql(`
  query People($first: Int, $after: String) {
    viewer {
      canAdminister
      principal {
        id
      }
    }
    principals(includeDisabled: true, first: $first, after: $after) {
      nodes {
        id
        type
        name
        roles
        disabledAt
        owner {
          id
          name
        }
        createdBy {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
export type Person = ResultOf<typeof People>['principals']['nodes'][number];

const perPage = 200;

/** All pages: whoever adds a key or an agent chooses among everybody. */
export const peopleOptions = () => ({
  ...documentOptions(People, {}, { refetchOn: ['principal.'] }),
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const all = await execute(People, { first: perPage }, signal);
    let { pageInfo } = all.principals;
    const nodes = [...all.principals.nodes];
    while (pageInfo.hasNextPage) {
      const { principals } = await execute(People, { first: perPage, after: pageInfo.endCursor }, signal);
      nodes.push(...principals.nodes);
      ({ pageInfo } = principals);
    }
    return { ...all, principals: { pageInfo, nodes } };
  },
});

const Keys = graphql(`
  query Keys($first: Int, $after: String) {
    apiKeys(first: $first, after: $after) {
      nodes {
        id
        name
        prefix
        decidesIn
        createdAt
        expiresAt
        lastUsedAt
        revokedAt
        principal {
          id
          type
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
export type Key = ResultOf<typeof Keys>['apiKeys']['nodes'][number];

/** All pages: those that work are shown first, however old. */
export const keysOptions = () => ({
  ...documentOptions(Keys, {}, { refetchOn: ['api_key.', 'principal.'] }),
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    let { apiKeys } = await execute(Keys, { first: perPage }, signal);
    const nodes = [...apiKeys.nodes];
    while (apiKeys.pageInfo.hasNextPage) {
      ({ apiKeys } = await execute(Keys, { first: perPage, after: apiKeys.pageInfo.endCursor }, signal));
      nodes.push(...apiKeys.nodes);
    }
    return { apiKeys: { ...apiKeys, nodes } };
  },
});

const CreatePrincipal = graphql(
  `
    mutation CreatePrincipal($input: CreatePrincipalInput!) {
      createPrincipal(input: $input) {
        refusal {
          ...RefusalFields
        }
      }
    }
  `,
  [RefusalFields],
);
const SetRoles = graphql(
  `
    mutation SetRoles($input: SetRolesInput!) {
      setRoles(input: $input) {
        refusal {
          ...RefusalFields
        }
      }
    }
  `,
  [RefusalFields],
);
const DisablePrincipal = graphql(
  `
    mutation DisablePrincipal($input: DisablePrincipalInput!) {
      disablePrincipal(input: $input) {
        refusal {
          ...RefusalFields
        }
      }
    }
  `,
  [RefusalFields],
);
const EnablePrincipal = graphql(
  `
    mutation EnablePrincipal($input: EnablePrincipalInput!) {
      enablePrincipal(input: $input) {
        refusal {
          ...RefusalFields
        }
      }
    }
  `,
  [RefusalFields],
);
const EndSessions = graphql(
  `
    mutation EndSessions($input: EndSessionsInput!) {
      endSessions(input: $input) {
        refusal {
          ...RefusalFields
        }
      }
    }
  `,
  [RefusalFields],
);
const CreateSignInLink = graphql(
  `
    mutation CreateSignInLink($input: CreateSignInLinkInput!) {
      createSignInLink(input: $input) {
        url
        refusal {
          ...RefusalFields
        }
      }
    }
  `,
  [RefusalFields],
);
const CreateApiKey = graphql(
  `
    mutation CreateApiKey($input: CreateApiKeyInput!) {
      createApiKey(input: $input) {
        secret
        refusal {
          ...RefusalFields
        }
      }
    }
  `,
  [RefusalFields],
);
const RevokeApiKey = graphql(
  `
    mutation RevokeApiKey($input: RevokeApiKeyInput!) {
      revokeApiKey(input: $input) {
        refusal {
          ...RefusalFields
        }
      }
    }
  `,
  [RefusalFields],
);

/** What an act came to: why nothing changed, or a secret that is shown this once. */
export interface ActOutcome {
  readonly complaint: string | null;
  readonly secret?: string | null;
}

const outcomeOf = ({ refusal }: { refusal: { message: string } | null }): ActOutcome => ({
  complaint: refusal?.message ?? null,
});

export const createPrincipal = async (
  input: VariablesOf<typeof CreatePrincipal>['input'],
): Promise<ActOutcome> => outcomeOf((await execute(CreatePrincipal, { input })).createPrincipal);

export const setRoles = async (input: VariablesOf<typeof SetRoles>['input']): Promise<ActOutcome> =>
  outcomeOf((await execute(SetRoles, { input })).setRoles);

export const disablePrincipal = async (principalId: string): Promise<ActOutcome> =>
  outcomeOf((await execute(DisablePrincipal, { input: { principalId } })).disablePrincipal);

export const enablePrincipal = async (principalId: string): Promise<ActOutcome> =>
  outcomeOf((await execute(EnablePrincipal, { input: { principalId } })).enablePrincipal);

export const endSessions = async (principalId: string): Promise<ActOutcome> =>
  outcomeOf((await execute(EndSessions, { input: { principalId } })).endSessions);

export const createSignInLink = async (principalId: string): Promise<ActOutcome> => {
  const { createSignInLink: link } = await execute(CreateSignInLink, { input: { principalId } });
  return { ...outcomeOf(link), secret: link.url };
};

export const createApiKey = async (input: VariablesOf<typeof CreateApiKey>['input']): Promise<ActOutcome> => {
  const { createApiKey: made } = await execute(CreateApiKey, { input });
  return { ...outcomeOf(made), secret: made.secret };
};

export const revokeApiKey = async (apiKeyId: string): Promise<ActOutcome> =>
  outcomeOf((await execute(RevokeApiKey, { input: { apiKeyId } })).revokeApiKey);
