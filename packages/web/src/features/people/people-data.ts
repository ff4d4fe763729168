import type { ResultOf, VariablesOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { RefusalFields } from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';

const People = graphql(`
  query People {
    viewer {
      canAdminister
      principal {
        id
      }
    }
    principals(includeDisabled: true) {
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
  }
`);
export const peopleOptions = () => documentOptions(People, {}, { refetchOn: ['principal.'] });
export type Person = ResultOf<typeof People>['principals'][number];

const Keys = graphql(`
  query Keys {
    apiKeys {
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
  }
`);
export const keysOptions = () => documentOptions(Keys, {}, { refetchOn: ['api_key.', 'principal.'] });
export type Key = ResultOf<typeof Keys>['apiKeys'][number];

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
