import { environments, type StopMode } from '@countersign/shared';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/events.ts';
import { wordsOfScope, type KillSwitch, type StopScope } from '../../domain/kill-switch.ts';
import { meantPerhaps } from '../../domain/nearest.ts';
import { reasonFault } from '../../domain/note.ts';
import { hasRight, type Principal } from '../../domain/principal.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { KillSwitchStore } from '../../record/kill-switch-store.ts';
import { isId } from '../inputs.ts';

export interface EngageDependencies {
  readonly store: KillSwitchStore;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly newId: NewId;
}

/** Who engages: a caller, or the operator of the machine for a tenant. */
export interface Engager {
  readonly tenantId: string;
  /** Null for the operator of the machine. */
  readonly principal: Pick<Principal, 'id' | 'name'> | null;
}

export interface StopOrder {
  readonly scope: StopScope;
  readonly mode: StopMode;
  readonly reason: string;
  readonly isDrill: boolean;
}

/** A switch that is engaged: from `quietAfterMs` on no intent that it covers can be committed. */
export interface Trip {
  readonly killSwitch: KillSwitch;
  /** From the moment at which it was committed; milliseconds. */
  readonly quietAfterMs: number;
}

/** How long intents under way may take before their sessions are ended; milliseconds. */
const patienceMs = 400;

/** Stops what is in the scope. It stands once it is committed; what was intended before is waited for. */
export const engage = async (
  deps: EngageDependencies,
  engager: Engager,
  order: StopOrder,
): Promise<Outcome<Trip>> => {
  const engaged = await deps.journal.transaction((tx) => engageIn(deps, tx, engager, order));
  if (!engaged.ok) return engaged;
  return accepted({ killSwitch: engaged.value, quietAfterMs: await deps.store.awaitIntents(patienceMs) });
};

/** As engage, as a part of what else a transaction does, while nothing runs that had to be waited for. */
export const engageIn = async (
  { store, newId }: Omit<EngageDependencies, 'journal'>,
  tx: JournalTransaction,
  { tenantId, principal }: Engager,
  { scope, mode, reason, isDrill }: StopOrder,
): Promise<Outcome<KillSwitch>> => {
  const full = principal && (await whyFull(store, tx, tenantId, scope));
  if (full) return refused(full);
  const now = await store.now(tx);
  const made: KillSwitch = {
    ...scope,
    id: newId(),
    tenantId,
    mode,
    isDrill,
    reason,
    byId: principal?.id ?? null,
    engagedAt: now,
    stage: 'STOPPED',
    stagedAt: now,
    epoch: 1,
    asks: [],
  };
  store.insert(tx, made);
  const deed = `${isDrill ? 'drills a stop of' : 'stopped'} ${wordsOfScope(scope)}: ${reason}`;
  const event = {
    tenantId,
    type: 'kill_switch.engaged',
    at: now,
    taskId: null,
    actorId: principal?.id ?? null,
    summary: `${principal?.name ?? machine} ${deed}`,
    data: { ...namesOf(made), mode, reason },
  } as const;
  await recordForAll(store, tx, made, event, deed);
  return accepted(made);
};

/** A narrow one waits for its turn to be counted; a wide one waits for nobody, whatever hangs. */
const whyFull = async (
  store: Pick<KillSwitchStore, 'countEngaged' | 'turnToEngage'>,
  tx: JournalTransaction,
  tenantId: string,
  scope: StopScope,
): Promise<Refusal | null> => {
  if (!isWide(scope)) await store.turnToEngage(tx, tenantId);
  return fullOfStops(await store.countEngaged(tx, tenantId), scope);
};

export const machine = 'The operator of the machine';
/** To other tenants, whoever it was. */
export const neighbour = 'The operator of this installation';

/** What every event of a switch names. */
export const namesOf = ({ id, kind, value, isDrill }: KillSwitch) => ({
  killSwitchId: id,
  kind,
  value,
  isDrill,
});

/** Whom a global switch stops hears of it too, without who did it. */
export const recordForAll = async (
  store: Pick<KillSwitchStore, 'findTenantIds'>,
  tx: JournalTransaction,
  { kind }: StopScope,
  event: NewEvent,
  deed: string,
): Promise<void> => {
  tx.record(event);
  if (kind !== 'GLOBAL') return;
  const summary = `${neighbour} ${deed}`;
  for (const tenantId of await store.findTenantIds(tx))
    if (tenantId !== event.tenantId) tx.record({ ...event, tenantId, actorId: null, summary });
};

export interface ScopeSurroundings {
  readonly platforms: readonly string[];
  /** Names with and without their version. */
  readonly actionTypes: readonly string[];
  readonly hasPrincipal: (id: string) => Promise<boolean>;
}

/** What is wrong with an order. A scope that matches nothing would stop nothing, and somebody would believe it did. */
export const orderFaults = async (
  { scope: { kind, value }, reason }: Pick<StopOrder, 'scope' | 'reason'>,
  { platforms, actionTypes, hasPrincipal }: ScopeSurroundings,
): Promise<readonly Fault[]> => {
  const said = reasonFault(reason);
  const known = async (): Promise<boolean> => {
    switch (kind) {
      case 'GLOBAL':
      case 'TENANT':
        return value === null;
      case 'ENVIRONMENT':
        return environments.some((each) => each === value);
      case 'PLATFORM':
        return value !== null && platforms.includes(value);
      case 'ACTION_TYPE':
        return value !== null && actionTypes.includes(value);
      case 'AGENT':
        return value !== null && isId(value) && (await hasPrincipal(value));
    }
  };
  const names = kind === 'PLATFORM' ? platforms : kind === 'ACTION_TYPE' ? actionTypes : [];
  const message = `${valueWords[kind]}${meantPerhaps(value ?? '', names)}`;
  const fault = (await known()) ? null : { path: 'scope.value', message };
  return [said, fault].filter((each) => each !== null);
};

const valueWords: Readonly<Record<StopScope['kind'], string>> = {
  GLOBAL: 'must be left out: everything is stopped',
  TENANT: 'must be left out: everything of your tenant is stopped',
  ENVIRONMENT: `must be one of ${environments.join(', ')}`,
  PLATFORM: 'names no platform of this installation',
  AGENT: 'must be the id of somebody of your tenant',
  ACTION_TYPE: 'names no action type of this installation, as repo.commit or repo.commit@1 would',
};

/** Stopping everything is for those who run the installation. */
export const mayStopAll = (viewer: Principal, ownTenant: string | null): boolean =>
  viewer.tenantId === ownTenant && (hasRight(viewer, 'OPERATE') || hasRight(viewer, 'ADMINISTER'));

/** An order of a caller, checked. */
export const engageBy = async (
  deps: EngageDependencies,
  surroundings: ScopeSurroundings,
  viewer: Principal,
  order: StopOrder,
): Promise<Outcome<Trip>> => {
  const faults = await orderFaults(order, surroundings);
  if (faults.length > 0) return refused(invalidInput(faults));
  if (order.scope.kind === 'GLOBAL' && !mayStopAll(viewer, await deps.store.findOwnTenant()))
    return refused(noStopOfAll);
  return engage(deps, { tenantId: viewer.tenantId, principal: viewer }, order);
};

const isWide = ({ kind }: StopScope): boolean => kind === 'TENANT' || kind === 'GLOBAL';

/** Each effect asks all of them. So many narrow ones, and as many more of all that a tenant or the installation does. */
const mostEngaged = { narrow: 80, wide: 100 } as const;

/** Why no more can be engaged; null where there is room. Beyond many narrow stops there is always room for a wide one. */
export const fullOfStops = (engaged: number, scope: StopScope): Refusal | null => {
  const most = mostEngaged[isWide(scope) ? 'wide' : 'narrow'];
  if (engaged < most) return null;
  const instead = most === mostEngaged.narrow ? 'Stop all of your tenant (TENANT), or release' : 'Release';
  return refusal(
    'NOT_IN_THIS_STATE',
    `${engaged} kill switches of your tenant are engaged, which is as many as there may be. ${instead} some of them first.`,
  );
};

export const noStopOfAll = refusal(
  'AUTHORIZATION_FAILED',
  'Stopping everything here needs the operator or the admin role in the tenant that runs this installation. You can stop all of your tenant: TENANT.',
);
