import type { StopScopeKind } from '@countersign/shared';
import { askEndsAt, standingAsks } from '../../domain/ask.ts';
import { releaseAskHoldsMs, type KillSwitch, type StopScope } from '../../domain/kill-switch.ts';
import { hasRight, type Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import { systemClock } from '../../infra/clock.ts';
import type { KillSwitchStore, TrippedSwitch, WorkerStop } from '../../record/kill-switch-store.ts';
import { machine, mayStopAll, neighbour } from './engage.ts';

/** A kill switch as somebody sees it. */
export interface StopView extends Omit<KillSwitch, 'asks' | 'kind' | 'value' | 'tenantId' | 'byId'> {
  readonly scope: StopScope & { readonly name: string | null };
  readonly by: string;
  readonly asks: readonly AskView[];
  /** How many people release it. */
  readonly required: number;
  /** Of its present stage; empty where it was released long ago. */
  readonly workers: readonly WorkerStop[];
  readonly viewerCanRelease: boolean;
}

export interface AskView {
  readonly stage: KillSwitch['stage'];
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
  /** Until when it counts. */
  readonly endsAt: Date;
}

export interface StopViewDeps {
  readonly store: Pick<KillSwitchStore, 'list' | 'findAcks' | 'findOwnTenant'>;
  readonly requiredFor: (kind: StopScopeKind, tenantId: string) => number;
}

/** Engaged ones are never more than people made. */
const mostListed = 100;

export type ListStops = (viewer: Principal, id?: string) => Promise<readonly StopView[]>;

/** The engaged ones first, then the newest; of one id, that one. */
export const createListStops =
  ({ store, requiredFor }: StopViewDeps): ListStops =>
  async (viewer, id) => {
    const [listed, ownTenant] = await Promise.all([
      store.list(viewer.tenantId, mostListed, id),
      store.findOwnTenant(),
    ]);
    const acks = await store.findAcks(listed, sightOf(viewer));
    return listed.map((each) => viewOf(each, acks.get(each.id) ?? [], viewer, ownTenant, requiredFor));
  };

const viewOf = (
  { kind, value, valueName, tenantId, byId: _, by, asks, ...rest }: TrippedSwitch,
  workers: readonly WorkerStop[],
  viewer: Principal,
  ownTenant: string | null,
  requiredFor: StopViewDeps['requiredFor'],
): StopView => {
  const isOwn = tenantId === viewer.tenantId;
  return {
    ...rest,
    scope: { kind, value, name: valueName },
    by: isOwn ? (by ?? machine) : neighbour,
    asks: standingAsks(asks, releaseAskHoldsMs, systemClock.now()).map((ask) => ({
      stage: ask.stage,
      reason: ask.reason,
      by: isOwn ? ask.by : neighbour,
      at: new Date(ask.at),
      endsAt: askEndsAt(ask, releaseAskHoldsMs),
    })),
    required: rest.isDrill ? 1 : requiredFor(kind, tenantId),
    workers,
    viewerCanRelease:
      rest.stage !== 'ALL' &&
      viewer.type === 'HUMAN' &&
      (kind === 'GLOBAL' ? mayStopAll(viewer, ownTenant) : hasRight(viewer, 'STOP')),
  };
};
