import type { PlanDocument } from './plan.ts';

/** That people said no to doing something. */
export interface Rejection {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  /** Of what would have been done. */
  readonly digest: string;
  /** Who said no, and why. */
  readonly reason: string;
  readonly at: Date;
}

/** What a plan would do, and where, in whatever words it was asked for. */
export const effectOf = ({ environment, steps }: PlanDocument) => ({
  environment,
  steps: steps.map(({ action, kind, params, phase }) => ({ action, kind: kind ?? 'ACTION', params, phase })),
});
