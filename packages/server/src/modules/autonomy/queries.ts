import { environments, type Environment } from '@countersign/shared';
import { z } from 'zod';
import { levelOf, type AutonomyLevel, type StandingWord } from '../../domain/autonomy.ts';
import { accepted } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AccessStore } from '../../record/access-store.ts';
import { maxPageSize } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import type { KnownAutonomy } from './known-autonomy.ts';

/** What policy says where nobody set a level. */
export type PolicyLevels = () => Readonly<Record<Environment, number>>;

/** Somebody who submits and is no person. */
export interface Agent {
  readonly principal: Principal;
  readonly autonomy: readonly AutonomyLevel[];
}

export interface AutonomyQueryDependencies {
  readonly access: Pick<AccessStore, 'listPrincipals'>;
  readonly known: Pick<KnownAutonomy, 'all'>;
  readonly policyLevels: PolicyLevels;
}

export const createAutonomyQueries = ({ access, known, policyLevels }: AutonomyQueryDependencies) => {
  const levels = (words: readonly StandingWord[], tenantId: string, agentId: string | null) =>
    environments.map((environment) =>
      levelOf(words, tenantId, environment, agentId, policyLevels()[environment]),
    );
  return {
    autonomy: defineQuery({
      name: 'autonomy',
      description:
        'How much runs without a person in each environment, for whoever has no level of their own.',
      input: z.strictObject({}),
      view: async ({ viewer: { tenantId } }) => accepted(levels(await known.all(), tenantId, null)),
    }),
    agents: defineQuery({
      name: 'agents',
      description: 'Agents and services of your tenant that may act, by name: 200 at most.',
      input: z.strictObject({}),
      async view({ viewer: { tenantId } }) {
        const [words, principals] = await Promise.all([
          known.all(),
          access.listPrincipals(tenantId, false, maxPageSize, null),
        ]);
        return accepted(
          principals
            .filter(({ type }) => type !== 'HUMAN')
            .map((principal): Agent => ({ principal, autonomy: levels(words, tenantId, principal.id) })),
        );
      },
    }),
  };
};

export type AutonomyQueries = ReturnType<typeof createAutonomyQueries>;
