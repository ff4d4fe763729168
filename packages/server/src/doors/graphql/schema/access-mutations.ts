import type { Refusal } from '../../../domain/errors.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { AccessService } from '../../../modules/access/access-service.ts';
import type { ApiKey } from '../../../record/api-key-store.ts';
import type { ApiKeyType } from './api-key-type.ts';

export interface AccessMutationDependencies {
  readonly service: AccessService;
  readonly apiKey: ApiKeyType;
}

export const addAccessMutations = (builder: Builder, refs: Refs, deps: AccessMutationDependencies): void => {
  addCreatePrincipal(builder, refs, deps);
  addCreateApiKey(builder, refs, deps);
  addRevokeApiKey(builder, refs, deps);
};

const why = 'Why nothing was changed; null where it was.';

const addCreatePrincipal = (builder: Builder, refs: Refs, { service }: AccessMutationDependencies): void => {
  const { enums } = refs;
  const input = builder.inputType('CreatePrincipalInput', {
    description: 'A new identity in your tenant.',
    fields: (t) => ({
      type: t.field({
        type: enums.principalType,
        required: true,
        description: 'What kind of identity it is.',
      }),
      name: t.string({
        required: true,
        description: '1 to 100 visible characters, one of a kind in the tenant.',
      }),
      roles: t.field({
        type: [enums.role],
        required: true,
        description: 'What it may do, at least one. Only a HUMAN can be an APPROVER, and no AGENT an ADMIN.',
      }),
      ownerId: t.id({
        description: 'The HUMAN who answers for it: an AGENT and a SERVICE need one, a HUMAN has none.',
      }),
    }),
  });
  const payload = builder
    .objectRef<{ principal: Principal | null; refusal: Refusal | null }>('CreatePrincipalPayload')
    .implement({
      description: 'The new identity or a refusal.',
      authScopes: { read: true },
      fields: (t) => ({
        principal: t.expose('principal', {
          type: refs.principal,
          nullable: true,
          description: 'The new identity.',
        }),
        refusal: t.expose('refusal', { type: refs.refusal, nullable: true, description: why }),
      }),
    });
  builder.mutationField('createPrincipal', (t) =>
    t.field({
      type: payload,
      authScopes: { read: true },
      description: 'Adds a person, an agent or a service to your tenant. Asks for an administrator.',
      args: { input: t.arg({ type: input, required: true, description: 'Whom.' }) },
      resolve: async (_root, args, { viewer }) => {
        const made = await service.createPrincipal(viewer, args.input);
        return made.ok
          ? { principal: made.value, refusal: null }
          : { principal: null, refusal: made.refusal };
      },
    }),
  );
};

const addCreateApiKey = (
  builder: Builder,
  refs: Refs,
  { service, apiKey }: AccessMutationDependencies,
): void => {
  const input = builder.inputType('CreateApiKeyInput', {
    description: 'A new key for a principal.',
    fields: (t) => ({
      principalId: t.id({ required: true, description: 'Whom it stands for.' }),
      name: t.string({ required: true, description: 'What it is for: 1 to 100 visible characters.' }),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'When it stops working; never by itself where left out.',
      }),
      decidesIn: t.field({
        type: [refs.enums.environment],
        description:
          'Where the key of a person decides: in DEVELOPMENT and STAGING where left out, since people decide by signing in; empty for nowhere. Nobody else decides.',
      }),
    }),
  });
  const payload = builder
    .objectRef<{ apiKey: ApiKey | null; secret: string | null; refusal: Refusal | null }>(
      'CreateApiKeyPayload',
    )
    .implement({
      description: 'The new key with its secret, or a refusal.',
      authScopes: { read: true },
      fields: (t) => ({
        apiKey: t.expose('apiKey', { type: apiKey, nullable: true, description: 'What is kept of the key.' }),
        secret: t.exposeString('secret', {
          nullable: true,
          description: 'The whole key, shown this once: send it as `Authorization: Bearer <secret>`.',
        }),
        refusal: t.expose('refusal', { type: refs.refusal, nullable: true, description: why }),
      }),
    });
  builder.mutationField('createApiKey', (t) =>
    t.field({
      type: payload,
      authScopes: { read: true },
      description: 'Makes a key for a principal of your tenant. Asks for an administrator.',
      args: { input: t.arg({ type: input, required: true, description: 'Which key.' }) },
      resolve: async (_root, args, { viewer }) => {
        const made = await service.createApiKey(viewer, args.input);
        return made.ok
          ? { ...made.value, refusal: null }
          : { apiKey: null, secret: null, refusal: made.refusal };
      },
    }),
  );
};

const addRevokeApiKey = (
  builder: Builder,
  refs: Refs,
  { service, apiKey }: AccessMutationDependencies,
): void => {
  const input = builder.inputType('RevokeApiKeyInput', {
    description: 'Which key to revoke.',
    fields: (t) => ({ apiKeyId: t.id({ required: true, description: 'Its UUID.' }) }),
  });
  const payload = builder
    .objectRef<{ apiKey: ApiKey | null; refusal: Refusal | null }>('RevokeApiKeyPayload')
    .implement({
      description: 'The revoked key or a refusal.',
      authScopes: { read: true },
      fields: (t) => ({
        apiKey: t.expose('apiKey', { type: apiKey, nullable: true, description: 'The key.' }),
        refusal: t.expose('refusal', { type: refs.refusal, nullable: true, description: why }),
      }),
    });
  builder.mutationField('revokeApiKey', (t) =>
    t.field({
      type: payload,
      authScopes: { read: true },
      description: 'Ends a key: the next call with it is turned away. Revoking it again changes nothing.',
      args: { input: t.arg({ type: input, required: true, description: 'Which key.' }) },
      resolve: async (_root, args, { viewer }) => {
        const revoked = await service.revokeApiKey(viewer, args.input.apiKeyId);
        return revoked.ok
          ? { apiKey: revoked.value, refusal: null }
          : { apiKey: null, refusal: revoked.refusal };
      },
    }),
  );
};
