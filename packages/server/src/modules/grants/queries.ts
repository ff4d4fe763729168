import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { offerFor, offersOf, type GrantOffer, type OfferTerms } from '../../domain/grant-offer.ts';
import { granterFault } from '../../domain/grant-making.ts';
import { isOpen, statusOf } from '../../domain/grant.ts';
import { seesArrangements, type Principal } from '../../domain/principal.ts';
import type { Clock } from '../../infra/clock.ts';
import type { AskedPlans } from '../../record/asked-plans.ts';
import type { GrantStore } from '../../record/grant-store.ts';
import { filterId, id } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import { isSeen } from './grant-views.ts';

export interface GrantQueryDependencies {
  readonly store: Pick<GrantStore, 'list' | 'findMany'>;
  readonly asked: AskedPlans;
  readonly terms: (tenantId: string) => OfferTerms;
  readonly findPrincipals: (tenantId: string, ids: readonly string[]) => Promise<readonly Principal[]>;
  readonly clock: Clock;
}

/** All that can be open at once, and as many that have ended. */
const mostListed = 400;
/** What people decided last: a habit is in it or is none. */
const mostLookedAt = 150;

export const createGrantQueries = (deps: GrantQueryDependencies) => ({
  grants: defineQuery({
    name: 'grants',
    description: `Standing grants of your tenant, to a program those of its own changes: those that are open first, then the newest; ${mostListed} at most.`,
    input: z.strictObject({}),
    view: async ({ viewer }) => accepted(await deps.store.list(viewer.tenantId, mostListed, agentOf(viewer))),
  }),
  grant: defineQuery({
    name: 'grant',
    description: 'One standing grant, or null where there is none with this id.',
    input: z.strictObject({ id: id.describe('Its UUID.') }),
    async view({ viewer }, input) {
      const [found = null] = await deps.store.findMany(viewer.tenantId, [input.id]);
      return accepted(found && isSeen(viewer, found) ? found : null);
    },
  }),
  grantTerms: defineQuery({
    name: 'grantTerms',
    description: 'How far policy lets standing grants go here.',
    input: z.strictObject({}),
    view: async ({ viewer }) => accepted(deps.terms(viewer.tenantId)),
  }),
  grantOffers: defineQuery({
    name: 'grantOffers',
    isForPeople: true,
    description:
      'What you could grant: of changes that people approved as often as policy says, one after the other, and that all went well. Nothing is granted by itself.',
    input: z.strictObject({}),
    view: async ({ viewer }) => accepted(await offersTo(deps, viewer)),
  }),
  grantOffer: defineQuery({
    name: 'grantOffer',
    isForPeople: true,
    description:
      'What you could grant so that people need not be asked about the like of a task; null for nothing.',
    input: z.strictObject({ taskId: filterId.describe('The task.') }),
    async view({ viewer }, { taskId }) {
      const plan = await deps.asked.findOfTask(viewer.tenantId, taskId);
      return accepted(plan && offerFor(await offersTo(deps, viewer), plan));
    },
  }),
});

export type GrantQueries = ReturnType<typeof createGrantQueries>;

/** Whose grants somebody sees: their own alone; null for everybody's. */
const agentOf = (viewer: Principal): string | null => (seesArrangements(viewer) ? null : viewer.id);

/** Nobody is offered what they could not make. */
const offersTo = async (
  { store, asked, terms, findPrincipals, clock }: GrantQueryDependencies,
  viewer: Principal,
): Promise<readonly GrantOffer[]> => {
  const [past, listed] = await Promise.all([
    asked.find(viewer.tenantId, mostLookedAt),
    store.list(viewer.tenantId, mostListed, null),
  ]);
  const now = clock.now();
  const open = listed.filter((grant) => isOpen(statusOf(grant, now)));
  const offers = offersOf(past, terms(viewer.tenantId), open, now);
  const agents = await findPrincipals(viewer.tenantId, [...new Set(offers.map(({ agentId }) => agentId))]);
  return offers.filter(({ agentId }) => {
    const agent = agents.find((each) => each.id === agentId);
    return agent && granterFault(viewer, agent) === null;
  });
};
