import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { ApiKey } from '../../../modules/access/index.ts';
import type { LoadPrincipal } from './principal-loader.ts';

export const addApiKeyType = (builder: Builder, { principal, enums }: Refs, loadPrincipal: LoadPrincipal) =>
  builder.objectRef<ApiKey>('ApiKey').implement({
    description: 'A secret that stands for a principal. Only its hash is kept, so nobody can show it again.',
    authScopes: { administer: true },
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      name: t.exposeString('name', { description: 'What it is for.' }),
      prefix: t.exposeString('prefix', { description: 'How the key begins: cs_k3f9a2xq.' }),
      principal: t.field({
        type: principal,
        description: 'Whom it stands for.',
        resolve: async ({ principalId }, _args, { viewer }) => {
          const found = await loadPrincipal(viewer, principalId);
          if (!found) throw new Error(`Principal ${principalId} of an API key is missing.`);
          return found;
        },
      }),
      decidesIn: t.expose('decidesIn', {
        type: [enums.environment],
        description: 'Where it decides, as the key of a person; empty for nowhere.',
      }),
      createdBy: t.field({
        type: principal,
        nullable: true,
        description:
          'Who made it, and so could use it: their vote never stands beside one by this key. Null where the operator of the machine did.',
        resolve: ({ createdById }, _args, { viewer }) =>
          createdById === null ? null : loadPrincipal(viewer, createdById),
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it stops working; null where it does not by itself.',
      }),
      lastUsedAt: t.expose('lastUsedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was last used, to the minute or two.',
      }),
      revokedAt: t.expose('revokedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was revoked; from then on it opens nothing.',
      }),
    }),
  });

export type ApiKeyType = ReturnType<typeof addApiKeyType>;
