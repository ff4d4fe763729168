import type { NewEvent } from '../../domain/events.ts';
import type { Journal } from '../../record/journal.ts';

const rememberedMs = 15 * 60_000;

/**
 * Remembers when this node last stopped a step at its claim because its plan, its approval or policy did
 * not hold: what a forged job or a changed plan looks like, and an expired approval too.
 */
export const createThreatWatch = (journal: Pick<Journal, 'onCommitted'>): (() => 'normal' | 'elevated') => {
  let lastRefusalAt = -Infinity;
  journal.onCommitted((events: readonly NewEvent[]) => {
    if (events.some(({ type }) => type === 'step.refused')) lastRefusalAt = performance.now();
  });
  return () => (performance.now() - lastRefusalAt < rememberedMs ? 'elevated' : 'normal');
};
