import { endingFault, type Delegation } from '../../../domain/delegation.ts';
import type { DelegationOperations } from '../../../modules/approvals/index.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** Who decides in whose place. */
export const addDelegationSchema = (
  builder: Builder,
  refs: Refs,
  operations: DelegationOperations,
  loadPrincipal: LoadPrincipal,
): void => {
  const delegation = defineType<Delegation>(
    builder,
    'Delegation',
    'That somebody decides in the place of somebody who is away.',
    {
      id: ['ID', 'UUID.'],
      startsAt: ['DateTime', 'From when.'],
      endsAt: ['DateTime', 'Until when.'],
      endedAt: ['DateTime', 'When it was ended before its time; null where it was not.', 'nullable'],
    },
    (t) => ({
      from: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who is away.',
        resolve: ({ fromId }, _args, { viewer }) => loadPrincipal(viewer, fromId),
      }),
      to: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who decides meanwhile, as themselves.',
        resolve: ({ toId }, _args, { viewer }) => loadPrincipal(viewer, toId),
      }),
      createdBy: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who said so.',
        resolve: ({ createdById }, _args, { viewer }) => loadPrincipal(viewer, createdById),
      }),
      viewerCanEnd: t.boolean({
        description: 'Whether you may end it before its time.',
        resolve: (delegation, _args, { viewer }) => endingFault(viewer, delegation) === null,
      }),
    }),
  );
  const changed = (name: string, description: string) =>
    refs.payload<Delegation>(name, description, (give) => ({
      delegation: give(delegation, 'As it is now.', (found) => found),
    }));
  refs.pages(operations.delegations, refs.connectionOf('Delegation', delegation, { hasTotalCount: false }));
  refs.command(
    operations.createDelegation,
    changed('CreateDelegationPayload', 'Who decides in whose place now, or a refusal.'),
  );
  refs.command(
    operations.endDelegation,
    changed('EndDelegationPayload', 'The ended delegation, or a refusal.'),
  );
};
