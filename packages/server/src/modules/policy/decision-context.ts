import type { DecisionContext } from '../../domain/decision.ts';

/** Decisions from before a context was kept had none. */
export const contextOf = (kept: Partial<DecisionContext>): DecisionContext => ({
  stop: kept.stop ?? null,
  autonomy: kept.autonomy ?? null,
  grant: kept.grant ?? null,
  quality: kept.quality ?? null,
  ...(kept.hasUnknownAction ? { hasUnknownAction: true } : {}),
});
