import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { ApiKey } from '../../../modules/access/index.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import { exposed } from './exposed-fields.ts';

export const addApiKeyType = (builder: Builder, { principal, enums }: Refs, loadPrincipal: LoadPrincipal) =>
  builder.objectRef<ApiKey>('ApiKey').implement({
    description: 'A secret that stands for a principal. Only its hash is kept, so nobody can show it again.',
    authScopes: { administer: true },
    fields: (t) => ({
      ...exposed(t, {
        id: ['ID', 'UUID.'],
        name: ['String', 'What it is for.'],
        prefix: ['String', 'How the key begins: cs_k3f9a2xq.'],
        createdAt: ['DateTime', 'When it was made.'],
        expiresAt: ['DateTime', 'When it stops working; null where it does not by itself.', 'nullable'],
        lastUsedAt: ['DateTime', 'When it was last used, to the minute or two.', 'nullable'],
        revokedAt: ['DateTime', 'When it was revoked; from then on it opens nothing.', 'nullable'],
      }),
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
    }),
  });

export type ApiKeyType = ReturnType<typeof addApiKeyType>;
