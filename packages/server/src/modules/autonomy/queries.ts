import { environments, type Environment } from '@countersign/shared';
import { z } from 'zod';
import { levelOf, type AutonomyLevel, type StandingWord } from '../../domain/autonomy.ts';
import { accepted, refusal, refusalAt, refused } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AccessStore } from '../../record/access-store.ts';
import { filterId, id, maxPageSize, optional, text } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import type { KnownAutonomy } from './known-autonomy.ts';

/** What policy says where nobody set a level. */
export type PolicyLevels = (tenantId: string) => Readonly<Record<Environment, number>>;

/** Somebody who submits and is no person. */
export interface Agent {
  readonly principal: Principal;
  readonly autonomy: readonly AutonomyLevel[];
}

export interface AutonomyQueryDependencies {
  readonly access: Pick<AccessStore, 'listPrograms' | 'findPrincipals'>;
  readonly known: Pick<KnownAutonomy, 'all'>;
  readonly policyLevels: PolicyLevels;
}

const bounds = `first must be between 1 and ${maxPageSize}.`;

export const createAutonomyQueries = ({ access, known, policyLevels }: AutonomyQueryDependencies) => {
  const levels = (words: readonly StandingWord[], tenantId: string, agentId: string | null) =>
    environments.map((environment) =>
      levelOf(words, tenantId, environment, agentId, policyLevels(tenantId)[environment]),
    );
  return {
    autonomy: defineQuery({
      name: 'autonomy',
      description:
        'How much runs without a person in each environment, for whoever has no level of their own.',
      input: z.strictObject({}),
      view: async ({ viewer: { tenantId } }) => accepted(levels(await known.all(), tenantId, null)),
    }),
    agent: defineQuery({
      name: 'agent',
      description: 'One agent or service of your tenant.',
      input: z.strictObject({ id: id.describe('Its UUID.') }),
      async view({ viewer: { tenantId } }, { id: agentId }) {
        const [words, [principal]] = await Promise.all([
          known.all(),
          access.findPrincipals(tenantId, [agentId]),
        ]);
        return principal && principal.type !== 'HUMAN'
          ? accepted<Agent>({ principal, autonomy: levels(words, tenantId, principal.id) })
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
      async view({ viewer: { tenantId } }, { first, after, search }) {
        const [words, before, programs] = await Promise.all([
          known.all(),
          after === undefined ? null : access.findPrincipals(tenantId, [after]),
          access.listPrograms(tenantId, first, after ?? null, search ?? null),
        ]);
        if (before?.length === 0)
          return refused(refusalAt('after', 'RESOURCE_NOT_FOUND', 'after names no agent of your tenant.'));
        return accepted(
          programs.map((principal): Agent => ({
            principal,
            autonomy: levels(words, tenantId, principal.id),
          })),
        );
      },
    }),
  };
};

export type AutonomyQueries = ReturnType<typeof createAutonomyQueries>;
