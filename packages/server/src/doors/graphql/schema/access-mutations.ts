import type { Principal } from '../../../domain/principal.ts';
import type { AccessCommands, ApiKey, IssuedApiKey } from '../../../modules/access/index.ts';
import type { ApiKeyType } from './api-key-type.ts';
import type { Refs } from './refs.ts';

export const addAccessMutations = (refs: Refs, commands: AccessCommands, apiKey: ApiKeyType): void => {
  const principal = refs.payload<Principal>(
    'CreatePrincipalPayload',
    'The new identity or a refusal.',
    (give) => ({
      principal: give(refs.principal, 'The new identity.', (made) => made),
    }),
  );
  const issued = refs.payload<IssuedApiKey>(
    'CreateApiKeyPayload',
    'The new key with its secret, or a refusal.',
    (give) => ({
      apiKey: give(apiKey, 'What is kept of the key.', (made) => made.apiKey),
      secret: give(
        'String',
        'The whole key, shown this once: send it as `Authorization: Bearer <secret>`.',
        (made) => made.secret,
      ),
    }),
  );
  const revoked = refs.payload<ApiKey>('RevokeApiKeyPayload', 'The revoked key or a refusal.', (give) => ({
    apiKey: give(apiKey, 'The key.', (key) => key),
  }));
  refs.command(commands.createPrincipal, principal);
  refs.command(commands.createApiKey, issued);
  refs.command(commands.revokeApiKey, revoked);
};
