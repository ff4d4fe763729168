import type { Environment, Risk } from '@countersign/shared';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/events.ts';
import {
  approveGrant,
  makeGrant,
  mostGrants,
  resumeGrant,
  revokeGrant,
  type GrantTerms,
} from '../../domain/grant-making.ts';
import type { StandingGrant } from '../../domain/grant.ts';
import { fullReasonFault, reasonFault } from '../../domain/note.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { Voter } from '../../domain/stand-in.ts';
import { isGateRefusal } from '../../infra/database-errors.ts';
import type { NewId } from '../../infra/ids.ts';
import type { AccessStore } from '../../record/access-store.ts';
import type { GrantStore } from '../../record/grant-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';

export interface ChangeGrantDependencies {
  readonly store: GrantStore;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly access: Pick<AccessStore, 'findActivePrincipal'>;
  readonly terms: (tenantId: string) => GrantTerms;
  /** A type of action with its version, and whether it only reads; null where there is none of that name. */
  readonly findActionType: (name: string) => { readonly name: string; readonly isRead: boolean } | null;
  readonly newId: NewId;
  /** Whoever calls, with those in whose place they decide now: in a grant as well, both count once. */
  readonly asVoter: (caller: Caller) => Promise<Voter>;
}

export interface WantedGrant {
  readonly actionType: string;
  readonly agentId: string;
  readonly environment: Environment;
  readonly target: string;
  readonly maxRisk: Risk;
  readonly uses: number;
  readonly expiresAt: Date;
  readonly reason: string;
}

const unknownGrant = refusal('RESOURCE_NOT_FOUND', 'There is no such grant.');
const tooMany = refusal(
  'QUOTA_EXCEEDED',
  `${mostGrants} grants are open already. Revoke some that are not needed any more.`,
);

/** The database judges what is true at that moment: somebody may have lost the right to it since. */
const throughGate = async <Value>(work: Promise<Outcome<Value>>): Promise<Outcome<Value>> => {
  try {
    return await work;
  } catch (error) {
    if (!isGateRefusal(error, 'GRANT')) throw error;
    return refused(refusal('NOT_ELIGIBLE', `The database refused it: ${error.message}.`));
  }
};

export const makeBy = async (
  { store, journal, access, terms, findActionType, newId, asVoter }: ChangeGrantDependencies,
  viewer: Caller,
  { agentId, ...wanted }: WantedGrant,
): Promise<Outcome<StandingGrant>> => {
  const type = findActionType(wanted.actionType);
  if (!type || type.isRead) {
    const message = type
      ? 'only reads: nobody is asked about that'
      : 'is no type of action here: the query actionTypes lists all of them';
    return refused(invalidInput([{ path: 'actionType', message }]));
  }
  const granter = await asVoter(viewer);
  return throughGate(
    journal.transaction(async (tx) => {
      const agent = await access.findActivePrincipal(tx, viewer.tenantId, agentId);
      if (!agent) return refused(nobody);
      const now = await store.now(tx);
      const made = makeGrant(
        newId(),
        { ...wanted, actionType: type.name },
        granter,
        agent,
        terms(viewer.tenantId),
        now,
      );
      if (!made.ok) return made;
      if ((await store.countOpen(tx, viewer.tenantId)) >= mostGrants) return refused(tooMany);
      const grant = made.value;
      store.insert(tx, grant);
      const { actionType, environment, target, maxRisk, uses, expiresAt, reason, required } = grant;
      const scope = `${actionType} of ${agent.name} on ${target} in ${environment.toLowerCase()}`;
      tx.record({
        ...aboutGrant(viewer, now),
        type: 'grant.created',
        summary: `${viewer.name} ${required > 1 ? 'asks to grant' : 'grants'} ${scope}, ${uses} times: ${reason}`,
        data: {
          grantId: grant.id,
          actionType,
          agentId,
          environment,
          target,
          maxRisk,
          uses,
          expiresAt: expiresAt.toISOString(),
          required,
          reason,
        },
      });
      return accepted({ ...grant, taken: 0, isBacked: true, by: viewer.name });
    }),
  );
};

const nobody = invalidInput([
  { path: 'agentId', message: 'there is nobody of this id who may act', code: 'RESOURCE_NOT_FOUND' },
]);

const aboutGrant = ({ tenantId, id }: Principal, at: Date) => ({
  tenantId,
  at,
  taskId: null,
  actorId: id,
});

type Change = (grant: StandingGrant, now: Date, tx: JournalTransaction) => Promise<Outcome<StandingGrant>>;

/** Once nobody else changes it, and nothing begins under it. */
const changeGrant = (
  { store, journal }: ChangeGrantDependencies,
  viewer: Caller,
  id: string,
  change: Change,
  eventOf: (grant: StandingGrant, now: Date) => NewEvent,
): Promise<Outcome<StandingGrant>> =>
  throughGate(
    journal.transaction(async (tx) => {
      const before = await store.lockToChange(tx, viewer.tenantId, id);
      if (!before) return refused(unknownGrant);
      const now = await store.now(tx);
      const changed = await change(before, now, tx);
      if (!changed.ok) return changed;
      store.update(tx, changed.value);
      tx.record(eventOf(changed.value, now));
      return changed;
    }),
  );

/** Says yes to a grant, knowing whose changes it is about. */
const forAgent = async (
  { access }: ChangeGrantDependencies,
  tx: JournalTransaction,
  { tenantId, agentId }: StandingGrant,
  say: (agent: Principal) => Outcome<StandingGrant>,
): Promise<Outcome<StandingGrant>> => {
  const agent = await access.findActivePrincipal(tx, tenantId, agentId);
  return agent
    ? say(agent)
    : refused(refusal('NOT_IN_THIS_STATE', 'Whose changes it is about may not act any more.'));
};

export const approveBy = async (deps: ChangeGrantDependencies, viewer: Caller, id: string) => {
  const second = await deps.asVoter(viewer);
  return changeGrant(
    deps,
    viewer,
    id,
    async (grant, now, tx) => {
      const approved = await forAgent(deps, tx, grant, (agent) => approveGrant(grant, second, agent, now));
      return approved.ok ? accepted({ ...approved.value, by: `${grant.by} and ${viewer.name}` }) : approved;
    },
    (grant, now) => ({
      ...aboutGrant(viewer, now),
      type: 'grant.approved',
      summary: `${viewer.name} approved the grant for ${grant.target}`,
      data: { grantId: grant.id },
    }),
  );
};

export const revokeBy = (deps: ChangeGrantDependencies, viewer: Caller, id: string, reason: string) => {
  const fault = reasonFault(reason);
  if (fault) return Promise.resolve(refused<StandingGrant>(invalidInput([fault])));
  return changeGrant(
    deps,
    viewer,
    id,
    (grant, now) => Promise.resolve(revokeGrant(grant, viewer, reason, now)),
    (grant, now) => ({
      ...aboutGrant(viewer, now),
      type: 'grant.revoked',
      summary: `${viewer.name} revoked the grant for ${grant.target}: ${reason}`,
      data: { grantId: grant.id, reason },
    }),
  );
};

export const resumeBy = async (
  deps: ChangeGrantDependencies,
  viewer: Caller,
  id: string,
  reason: string,
): Promise<Outcome<StandingGrant>> => {
  const fault = fullReasonFault(reason);
  if (fault) return refused(invalidInput([fault]));
  const resumer = await deps.asVoter(viewer);
  return changeGrant(
    deps,
    viewer,
    id,
    (grant, now, tx) => forAgent(deps, tx, grant, (agent) => resumeGrant(grant, resumer, agent, now)),
    (grant, now) => ({
      ...aboutGrant(viewer, now),
      ...(grant.suspendedAt === null
        ? {
            type: 'grant.resumed',
            summary: `${viewer.name} resumed the grant for ${grant.target}: ${reason}`,
          }
        : {
            type: 'grant.resume_asked',
            summary: `${viewer.name} asks to resume the grant for ${grant.target}, which takes a second person: ${reason}`,
          }),
      data: { grantId: grant.id, reason },
    }),
  );
};
