import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { ActionTypeQueries } from '../../../modules/execution/index.ts';
import type { ActionTypeDescription } from '../../../platforms/index.ts';

export const addExecutorsSchema = (builder: Builder, refs: Refs, operations: ActionTypeQueries): void => {
  const { enums } = refs;
  const actionType = builder.objectRef<ActionTypeDescription>('ActionType').implement({
    description: 'What an action can be: its params, and what may be assumed of it.',
    authScopes: { read: true },
    fields: (t) => ({
      name: t.exposeString('name', { description: 'repo.commit' }),
      version: t.exposeInt('version', { description: 'Its version, from 1.' }),
      platform: t.exposeString('platform', { description: 'What it acts on.' }),
      description: t.exposeString('description', { description: 'What it does.' }),
      category: t.expose('category', {
        type: enums.actionCategory,
        description: 'What kind of change it makes.',
      }),
      idempotency: t.expose('idempotency', {
        type: enums.idempotency,
        description: 'What a retry may assume.',
      }),
      reversible: t.exposeBoolean('reversible', { description: 'Whether it can be rolled back.' }),
      timeMs: t.field({
        type: 'Milliseconds',
        description: 'Milliseconds one call may take.',
        resolve: ({ budget }) => budget.timeMs,
      }),
      network: t.field({
        type: enums.networkReach,
        description: 'How far it reaches.',
        resolve: ({ budget }) => budget.network,
      }),
      isSlowToPlan: t.boolean({
        description: 'Whether its tasks are stored in PLANNING first and planned after the answer.',
        resolve: ({ planning }) => planning === 'SLOW',
      }),
      inputSchema: t.expose('inputSchema', {
        type: 'JSON',
        description: 'JSON Schema (2020-12) of its params.',
      }),
    }),
  });
  refs.query(operations.actionTypes, { type: [actionType] });
};
