import type { Principal } from '../../../domain/principal.ts';
import type { AccessCommands, ApiKey, IssuedApiKey } from '../../../modules/access/index.ts';
import type { ApiKeyType } from './api-key-type.ts';
import { given } from './payload-types.ts';
import type { Refs } from './refs.ts';

export const addAccessMutations = (refs: Refs, commands: AccessCommands, apiKey: ApiKeyType): void => {
  const principal = refs.payload<Principal>(
    'CreatePrincipalPayload',
    'The new identity or a refusal.',
    (t) => ({
      principal: t.field({
        type: refs.principal,
        nullable: true,
        description: 'The new identity.',
        resolve: given((made) => made),
      }),
    }),
  );
  const issued = refs.payload<IssuedApiKey>(
    'CreateApiKeyPayload',
    'The new key with its secret, or a refusal.',
    (t) => ({
      apiKey: t.field({
        type: apiKey,
        nullable: true,
        description: 'What is kept of the key.',
        resolve: given((made) => made.apiKey),
      }),
      secret: t.string({
        nullable: true,
        description: 'The whole key, shown this once: send it as `Authorization: Bearer <secret>`.',
        resolve: given((made) => made.secret),
      }),
    }),
  );
  const revoked = refs.payload<ApiKey>('RevokeApiKeyPayload', 'The revoked key or a refusal.', (t) => ({
    apiKey: t.field({
      type: apiKey,
      nullable: true,
      description: 'The key.',
      resolve: given((key) => key),
    }),
  }));
  refs.command(commands.createPrincipal, principal);
  refs.command(commands.createApiKey, issued);
  refs.command(commands.revokeApiKey, revoked);
};
