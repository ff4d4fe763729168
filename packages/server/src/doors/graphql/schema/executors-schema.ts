import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { ActionTypeQueries } from '../../../modules/execution/index.ts';
import type { ActionTypeDescription } from '../../../platforms/index.ts';
import { defineType } from './exposed-fields.ts';

export const addExecutorsSchema = (
  builder: Builder,
  { enums, query }: Refs,
  { actionTypes }: ActionTypeQueries,
): void => {
  const actionType = defineType<ActionTypeDescription>(
    builder,
    'ActionType',
    'What an action can be: its params, and what may be assumed of it.',
    {
      name: ['String', 'repo.commit'],
      version: ['Int', 'Its version, from 1.'],
      platform: ['String', 'What it acts on.'],
      description: ['String', 'What it does.'],
      category: [enums.actionCategory, 'What kind of change it makes.'],
      idempotency: [enums.idempotency, 'What a retry may assume.'],
      reversible: ['Boolean', 'Whether undoing it brings back what was there.'],
      inputSchema: ['JSON', 'JSON Schema (2020-12) of its params.'],
    },
    (t) => ({
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
    }),
  );
  query(actionTypes, { type: [actionType] });
};
