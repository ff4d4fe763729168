import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
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
        groups
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

export const createPrincipal = actOf(
  graphql(`
    mutation CreatePrincipal($input: CreatePrincipalInput!) {
      createPrincipal(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const setRoles = actOf(
  graphql(`
    mutation SetRoles($input: SetRolesInput!) {
      setRoles(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const disablePrincipal = actOf(
  graphql(`
    mutation DisablePrincipal($input: DisablePrincipalInput!) {
      disablePrincipal(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const enablePrincipal = actOf(
  graphql(`
    mutation EnablePrincipal($input: EnablePrincipalInput!) {
      enablePrincipal(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const endSessions = actOf(
  graphql(`
    mutation EndSessions($input: EndSessionsInput!) {
      endSessions(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const createSignInLink = actOf(
  graphql(`
    mutation CreateSignInLink($input: CreateSignInLinkInput!) {
      createSignInLink(input: $input) {
        secret: url
        refusal {
          message
        }
      }
    }
  `),
);

export const createApiKey = actOf(
  graphql(`
    mutation CreateApiKey($input: CreateApiKeyInput!) {
      createApiKey(input: $input) {
        secret
        refusal {
          message
        }
      }
    }
  `),
);

export const revokeApiKey = actOf(
  graphql(`
    mutation RevokeApiKey($input: RevokeApiKeyInput!) {
      revokeApiKey(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);
