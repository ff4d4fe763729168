import type { Hold } from './hold.ts';
import type { PlanDocument } from './plan.ts';
import type { Step } from './run.ts';

export const soakRule = 'gate.soak';

/**
 * What keeps a gate from looking: the time that its phase is given to show what it does. It counts from the end of
 * the phase's steps, and once: null for a gate that was claimed before.
 */
export const soakHold = ({ phases }: PlanDocument, step: Step, now: Date): Hold | null => {
  if (step.kind !== 'GATE' || step.fence > 0 || step.readyAt === null) return null;
  const phase = phases?.find(({ number }) => number === step.phase);
  if (!phase) return null;
  const until = new Date(step.readyAt.getTime() + phase.soakMs);
  if (until <= now) return null;
  return { rule: soakRule, reason: `${phase.name} soaks before its gate looks.`, until: until.toISOString() };
};
