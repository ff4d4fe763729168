import { refusal, type Refusal } from '../../domain/errors.ts';
import { callerFault, isRevocable, resumerOf } from '../../domain/grant-making.ts';
import { statusOf, type StandingGrant, type UsedGrant } from '../../domain/grant.ts';
import { hasRight, seesArrangements, type Caller, type Principal } from '../../domain/principal.ts';
import type { Database } from '../../infra/database.ts';
import type { GrantStore } from '../../record/grant-store.ts';

/** What let a revision of a task through. */
export interface LetThrough {
  readonly grant: StandingGrant;
  readonly use: UsedGrant;
}

/** Grants as viewers see them, many at once. */
export interface GrantViews {
  /** Of the viewer's tenant. */
  findLetThrough(
    viewer: Principal,
    keys: readonly { readonly taskId: string; readonly revision: number }[],
  ): Promise<readonly LetThrough[]>;
  /** What a grant let through, the newest first. */
  findUses(viewer: Principal, grantId: string): Promise<readonly UsedGrant[]>;
}

const mostUses = 200;

export const createGrantViews = (
  database: Pick<Database, 'query'>,
  store: Pick<GrantStore, 'findTaken' | 'usesOf'>,
): GrantViews => ({
  findLetThrough: async (viewer, keys) =>
    (await store.findTaken(database, keys)).filter(({ grant }) => isSeen(viewer, grant)),
  findUses: ({ tenantId }, grantId) => store.usesOf(tenantId, grantId, mostUses),
});

/** Whether somebody sees a grant: a program, only one of its own changes. */
export const isSeen = (viewer: Principal, { tenantId, agentId }: StandingGrant): boolean =>
  tenantId === viewer.tenantId && (seesArrangements(viewer) || agentId === viewer.id);

/** What somebody may do with a grant now, and why not. */
export const grantRefusals = {
  approve: (viewer: Caller, grant: StandingGrant, agent: Principal, now: Date): Refusal | null =>
    statusOf(grant, now) !== 'PENDING'
      ? notAsked
      : (callerFault(viewer, agent, grant.environment) ?? (viewer.id === grant.byId ? ownGrant : null)),
  resume: (viewer: Caller, grant: StandingGrant, agent: Principal, now: Date): Refusal | null =>
    statusOf(grant, now) === 'SUSPENDED'
      ? (callerFault(viewer, agent, grant.environment) ?? (viewer.id === resumerOf(grant) ? ownAsk : null))
      : notAsked,
  revoke: (viewer: Principal, grant: StandingGrant, now: Date): Refusal | null =>
    isRevocable(grant, now) && hasRight(viewer, 'STOP') ? null : notAsked,
};

const notAsked = refusal('NOT_IN_THIS_STATE', 'Nothing of that kind is to be done with it now.');
const ownGrant = refusal('SELF_APPROVAL', 'You made it: a second person says yes to it.');
const ownAsk = refusal('SELF_APPROVAL', 'You asked for that: a second person resumes it.');
