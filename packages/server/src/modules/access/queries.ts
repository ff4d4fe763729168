import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { hasRight, type Caller } from '../../domain/principal.ts';
import type { AccessStore } from '../../record/access-store.ts';
import type { CredentialStore } from '../../record/credential-store.ts';
import type { GroupStore } from '../../record/group-store.ts';
import { idList } from '../inputs.ts';
import { defineQuery } from '../operation.ts';

const lists = {
  groups: idList('groups'),
  principals: idList('principals'),
  apiKeys: idList('apiKeys'),
};

export const createAccessQueries = (
  access: Pick<AccessStore, 'listPrincipals'>,
  credentials: Pick<CredentialStore, 'listApiKeys'>,
  groupStore: Pick<GroupStore, 'list'>,
) => ({
  groups: defineQuery({
    name: 'groups',
    description: 'Groups of people of your tenant, by name.',
    input: z.strictObject(lists.groups.input),
    async view({ viewer }, { first, after }) {
      const rows = await groupStore.list(viewer.tenantId, first + 1, lists.groups.after(after));
      return accepted(lists.groups.page(rows, first, ({ id }) => id));
    },
  }),
  viewer: defineQuery({
    name: 'viewer',
    description: 'Who you are and what you may do.',
    input: z.strictObject({}),
    view: async ({ viewer }) => accepted(viewer),
  }),
  principals: defineQuery({
    name: 'principals',
    description:
      'Who can act in your tenant, by name; those that are disabled only where they are asked for.',
    input: z.strictObject({
      includeDisabled: z
        .boolean()
        .nullish()
        .meta({ default: false, description: 'Those too who may not act any more.' }),
      ...lists.principals.input,
    }),
    async view({ viewer }, { includeDisabled, first, after }) {
      const isWithDisabled = includeDisabled ?? false;
      const rows = await access.listPrincipals(
        viewer.tenantId,
        isWithDisabled,
        first + 1,
        lists.principals.after(after),
      );
      return accepted(lists.principals.page(rows, first, ({ id }) => id));
    },
  }),
  apiKeys: defineQuery({
    name: 'apiKeys',
    description: 'API keys of your tenant, newest first, revoked ones too. Asks for an administrator.',
    right: 'ADMINISTER',
    input: z.strictObject(lists.apiKeys.input),
    async view({ viewer }, { first, after }) {
      const rows = await credentials.listApiKeys(viewer.tenantId, first + 1, lists.apiKeys.after(after));
      return accepted(lists.apiKeys.page(rows, first, ({ id }) => id));
    },
  }),
});

export type AccessQueries = ReturnType<typeof createAccessQueries>;

/** Whether the viewer may decide at all; each request says whether they may decide on it. */
export const mayDecide = (viewer: Caller): boolean => decidesIn(viewer).length > 0;

/** Where the viewer may decide with what they call with now. */
export const decidesIn = (viewer: Caller): Caller['credential']['decidesIn'] =>
  viewer.type === 'HUMAN' && hasRight(viewer, 'DECIDE') ? viewer.credential.decidesIn : [];
