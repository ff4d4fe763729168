import { environments, type Environment } from '@countersign/shared';
import { askEndsAt } from '../../domain/ask.ts';
import { isOfPlace, levelOf, type AutonomyAsk, type AutonomyLevel } from '../../domain/autonomy.ts';
import type { Principal } from '../../domain/principal.ts';
import { systemClock } from '../../infra/clock.ts';
import type { AutonomyStore } from '../../record/autonomy-store.ts';
import type { KnownAutonomy } from './known-autonomy.ts';

/** What policy says. */
export interface AutonomyTerms {
  /** Where nobody set a level. */
  readonly levels: Readonly<Record<Environment, number>>;
  /** How long a person's word waits for a second one. */
  readonly askHoldsMs: number;
}

export interface AutonomyView extends AutonomyLevel {
  /** Words that wait for a second person. */
  readonly asks: readonly AutonomyAskView[];
}

export interface AutonomyAskView extends Pick<AutonomyAsk, 'level' | 'by' | 'reason'> {
  readonly at: Date;
  /** Until when it counts. */
  readonly endsAt: Date;
}

export interface LevelViewDependencies {
  readonly store: Pick<AutonomyStore, 'findAsks'>;
  readonly known: Pick<KnownAutonomy, 'all'>;
  readonly terms: (tenantId: string) => AutonomyTerms;
}

/** Whose levels are seen: null for everybody's. */
export type ViewLevels = (agentId: string | null, places?: readonly Environment[]) => readonly AutonomyView[];

/** Reads once what levels of a tenant are made of. */
export const readLevels = async (
  { store, known, terms }: LevelViewDependencies,
  { tenantId }: Pick<Principal, 'tenantId'>,
): Promise<ViewLevels> => {
  const { levels, askHoldsMs } = terms(tenantId);
  const since = new Date(systemClock.now().getTime() - askHoldsMs);
  const [words, asks] = await Promise.all([known.all(), store.findAsks(tenantId, since)]);
  return (agentId, places = environments) =>
    places.map((environment) => ({
      ...levelOf(words, tenantId, environment, agentId, levels[environment]),
      asks: asks.filter(isOfPlace({ environment, agentId })).map((ask) => ({
        level: ask.level,
        by: ask.by,
        reason: ask.reason,
        at: new Date(ask.at),
        endsAt: askEndsAt(ask, askHoldsMs),
      })),
    }));
};
