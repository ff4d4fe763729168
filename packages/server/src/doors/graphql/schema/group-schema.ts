import type { Principal } from '../../../domain/principal.ts';
import type { AccessService, Group } from '../../../modules/access/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

type Service = Pick<AccessService, 'findMembers' | 'countAsked' | 'operations'>;

export const addGroupSchema = (builder: Builder, refs: Refs, service: Service): void => {
  const { operations } = service;
  const group = addGroupType(builder, refs, service);
  refs.pages(operations.groups, refs.connectionOf('Group', group, { hasTotalCount: false }));
  const changed = (name: string, description: string) =>
    refs.payload<Group>(name, description, (give) => ({
      group: give(group, 'As it is now.', (found) => found),
    }));
  refs.command(operations.createGroup, changed('CreateGroupPayload', 'The group, or a refusal.'));
  refs.command(
    operations.renameGroup,
    changed('RenameGroupPayload', 'The group under its new name, or a refusal.'),
  );
  refs.command(
    operations.addGroupMembers,
    changed('AddGroupMembersPayload', 'The group with its members, or a refusal.'),
  );
  refs.command(
    operations.removeGroupMembers,
    changed('RemoveGroupMembersPayload', 'The group with its members, or a refusal.'),
  );
};

const addGroupType = (builder: Builder, refs: Refs, service: Service) => {
  const load = createBatchLoader(
    async (viewer: Principal, names: readonly string[]) => {
      const people = await service.findMembers(viewer.tenantId, names);
      return names.map((name) => ({ name, people: people.filter(({ groups }) => groups.includes(name)) }));
    },
    ({ name }) => name,
    (name) => name,
  );
  const loadAsked = createBatchLoader(
    async (viewer: Principal, names: readonly string[]) => {
      const counts = await service.countAsked(viewer.tenantId, names);
      return names.map((name) => ({ name, count: counts.get(name) ?? 0 }));
    },
    ({ name }) => name,
    (name) => name,
  );
  return defineType<Group>(
    builder,
    'Group',
    'People whom policy asks for their approval by one name.',
    { id: ['ID', 'UUID.'], name: ['String', 'Its name, one of a kind in the tenant.'] },
    (t) => ({
      openTasks: t.int({
        description: 'Tasks that it was asked about, or may be yet, and that have not ended.',
        resolve: async ({ name }, _args, { viewer }) => (await loadAsked(viewer, name))?.count ?? 0,
      }),
      members: t.field({
        type: [refs.principal],
        description: 'Who is in it and may act, by name.',
        resolve: async ({ name }, _args, { viewer }) => [...((await load(viewer, name))?.people ?? [])],
      }),
    }),
  );
};
