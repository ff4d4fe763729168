import { isGroupOfOne } from '../../../domain/stand-in.ts';
import { hasRight, type Caller } from '../../../domain/principal.ts';
import { mayDecide, type AccessService, type Tenant } from '../../../modules/access/index.ts';
import { addAccessMutations } from './access-mutations.ts';
import { addApiKeyType } from './api-key-type.ts';
import type { Builder } from './builder.ts';
import { addGroupSchema } from './group-schema.ts';
import { addPeopleMutations } from './people-mutations.ts';
import { createPrincipalLoader, type LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType, exposed } from './exposed-fields.ts';

/** `originOf` gives where people reach the console, once the server listens. */
export const addAccessSchema = (
  builder: Builder,
  refs: Refs,
  service: Pick<AccessService, 'findPrincipals' | 'findMembers' | 'countAsked' | 'findTenant' | 'operations'>,
  originOf: () => string,
): void => {
  const { operations } = service;
  const loadPrincipal = createPrincipalLoader(service);
  addPrincipalType(refs, loadPrincipal);
  const apiKey = addApiKeyType(builder, refs, loadPrincipal);
  refs.query(operations.viewer, { type: addViewerType(builder, refs, service) });
  refs.pages(operations.principals, refs.connectionOf('Principal', refs.principal, { hasTotalCount: false }));
  refs.pages(operations.apiKeys, refs.connectionOf('ApiKey', apiKey, { hasTotalCount: false }));
  addAccessMutations(refs, operations, apiKey);
  addPeopleMutations(refs, operations, originOf);
  addGroupSchema(builder, refs, service);
};

const addPrincipalType = ({ principal, enums }: Refs, loadPrincipal: LoadPrincipal): void => {
  principal.implement({
    description: 'An identity that can call: a person, an agent or a service.',
    authScopes: { read: true },
    fields: (t) => ({
      ...exposed(t, {
        id: ['ID', 'UUID.'],
        type: [enums.principalType, 'What kind of identity it is. Only a HUMAN decides.'],
        name: ['String', 'Its name, one of a kind in the tenant.'],
        disabledAt: ['DateTime', 'Since when it may not act; null where it may.', 'nullable'],
      }),
      roles: t.expose('roles', { type: [enums.role], description: 'What it may do.' }),
      groups: t.stringList({
        description: 'Names of the groups of people that it is in.',
        resolve: ({ groups }) => groups.filter((group) => !isGroupOfOne(group)),
      }),
      owner: t.field({
        type: principal,
        nullable: true,
        description: 'The person who answers for an agent or a service; their vote on its work never counts.',
        resolve: ({ ownerId }, _args, { viewer }) =>
          ownerId === null ? null : loadPrincipal(viewer, ownerId),
      }),
      createdBy: t.field({
        type: principal,
        nullable: true,
        description:
          'Who made it, whose vote never stands beside its own; null where the operator of the machine did.',
        resolve: ({ createdById }, _args, { viewer }) =>
          createdById === null ? null : loadPrincipal(viewer, createdById),
      }),
    }),
  });
};

const addTenantType = (builder: Builder) =>
  defineType<Tenant>(builder, 'Tenant', 'The unit of isolation: nothing of one is seen from another.', {
    id: ['ID', 'UUID.'],
    name: ['String', 'Its name.'],
  });

const addViewerType = (builder: Builder, refs: Refs, service: Pick<AccessService, 'findTenant'>) => {
  const tenant = addTenantType(builder);
  return builder.objectRef<Caller>('Viewer').implement({
    description: 'You: whom your key or your session stands for.',
    authScopes: { read: true },
    fields: (t) => ({
      principal: t.field({
        type: refs.principal,
        description: 'Your identity.',
        resolve: (viewer) => viewer,
      }),
      tenant: t.field({
        type: tenant,
        description: 'Where you work.',
        resolve: async ({ tenantId }) => {
          const found = await service.findTenant(tenantId);
          if (!found) throw new Error(`Tenant ${tenantId} of a principal is missing.`);
          return found;
        },
      }),
      canSubmit: t.boolean({
        description: 'Whether you may submit tasks.',
        resolve: (viewer) => hasRight(viewer, 'SUBMIT'),
      }),
      canApprove: t.boolean({
        description: 'Whether you may decide at all; each request says whether you may decide on it.',
        resolve: mayDecide,
      }),
      canOperate: t.boolean({
        description: 'Whether you may cancel what others submitted.',
        resolve: (viewer) => hasRight(viewer, 'OPERATE'),
      }),
      canAdminister: t.boolean({
        description: 'Whether you may add principals and make and revoke API keys.',
        resolve: (viewer) => hasRight(viewer, 'ADMINISTER'),
      }),
    }),
  });
};
