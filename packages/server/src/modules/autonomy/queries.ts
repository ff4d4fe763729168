import { z } from 'zod';
import { accepted, refusal, refusalAt, refused } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AccessStore } from '../../record/access-store.ts';
import { filterId, id, maxPageSize, optional, text } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import { readLevels, type AutonomyView, type LevelViewDependencies } from './level-views.ts';

/** Somebody who submits and is no person. */
export interface Agent {
  readonly principal: Principal;
  readonly autonomy: readonly AutonomyView[];
}

export interface AutonomyQueryDependencies extends LevelViewDependencies {
  readonly access: Pick<AccessStore, 'listPrograms' | 'findPrincipals'>;
}

const bounds = `first must be between 1 and ${maxPageSize}.`;

export const createAutonomyQueries = ({ access, ...deps }: AutonomyQueryDependencies) => {
  return {
    autonomy: defineQuery({
      name: 'autonomy',
      description:
        'How much runs without a person in each environment, for whoever has no level of their own.',
      input: z.strictObject({}),
      view: async ({ viewer }) => accepted((await readLevels(deps, viewer))(null)),
    }),
    agent: defineQuery({
      name: 'agent',
      description: 'One agent or service of your tenant.',
      input: z.strictObject({ id: id.describe('Its UUID.') }),
      async view({ viewer }, { id: agentId }) {
        const [levels, [principal]] = await Promise.all([
          readLevels(deps, viewer),
          access.findPrincipals(viewer.tenantId, [agentId]),
        ]);
        return principal && principal.type !== 'HUMAN'
          ? accepted<Agent>({ principal, autonomy: levels(principal.id) })
          : refused(refusal('RESOURCE_NOT_FOUND', 'There is no such agent.'));
      },
    }),
    agents: defineQuery({
      name: 'agents',
      description:
        'Agents and services of your tenant that may act, by name. A list shorter than `first` is the last one.',
      input: z.strictObject({
        // Whoever does not ask for a page gets as many as before there were any.
        first: z
          .int()
          .min(1, bounds)
          .max(maxPageSize, bounds)
          .nullish()
          .transform((first) => first ?? maxPageSize)
          .describe(`How many: 1 to ${maxPageSize}, ${maxPageSize} by default.`),
        after: optional(filterId.meta({ format: 'cursor' })).describe(
          'The id of the last one that you have.',
        ),
        search: optional(text(100)).describe('Part of their names; all where left out.'),
      }),
      async view({ viewer }, { first, after, search }) {
        const { tenantId } = viewer;
        const [levels, before, programs] = await Promise.all([
          readLevels(deps, viewer),
          after === undefined ? null : access.findPrincipals(tenantId, [after]),
          access.listPrograms(tenantId, first, after ?? null, search ?? null),
        ]);
        if (before?.length === 0)
          return refused(refusalAt('after', 'RESOURCE_NOT_FOUND', 'after names no agent of your tenant.'));
        return accepted(
          programs.map((principal): Agent => ({
            principal,
            autonomy: levels(principal.id),
          })),
        );
      },
    }),
  };
};

export type AutonomyQueries = ReturnType<typeof createAutonomyQueries>;
