import type { Priority } from '@countersign/shared';
import type { Batcher } from '../../infra/batch.ts';
import { logAbout } from '../../infra/logger.ts';
import { inSpan, type Span } from '../../infra/tracing.ts';
import type { Leases } from '../../record/leases/leases.ts';
import type { ClaimRequest } from './claim-steps.ts';
import type { Claim } from './claim.ts';
import type { StepPayload } from './jobs/step.ts';
import type { OutcomeKeeper } from './keep-outcomes.ts';
import type { PerformDependencies } from './attempt.ts';
import { performStep } from './perform-step.ts';
import { logSubjectOf, tellClaim, tellResult } from './step-span.ts';
import type { Entered } from './step-room.ts';

interface RunStepDependencies extends PerformDependencies {
  /** As the worker signs its claims. */
  readonly name: string;
  readonly leases: Pick<Leases, 'present' | 'hold'>;
  readonly claims: Pick<Batcher<ClaimRequest, Claim | null>, 'submit'>;
  readonly outcomes: Pick<OutcomeKeeper, 'save'>;
}

/** Runs a step that has its room: claims it, calls its platform and keeps the outcome, all in a span of its task's trace. */
export const createRunStep = (deps: RunStepDependencies) => {
  const { name, leases, claims, outcomes, logger } = deps;

  const attempt = async (
    span: Span,
    claim: Claim,
    place: Entered['place'],
    stop: AbortSignal,
  ): Promise<void> => {
    const { heldSinceMs: sinceMs, remainingMs } = claim;
    const { id: stepId, fence } = claim.step;
    using lease = leases.hold({ stepId, fence, sinceMs, remainingMs }, stop);
    const result = await performStep(deps, claim, lease, place);
    place?.[Symbol.dispose]();
    tellResult(span, result);
    const isSettled = await inSpan('keep outcome', {}, () => outcomes.save({ stepId, fence, result }, stop));
    if (!isSettled)
      logger.warn({ stepId, fence }, 'a late outcome changed nothing: the step is not ours any more');
  };

  const claimAndAttempt = async (
    span: Span,
    { place }: Entered,
    { stepId, platform }: StepPayload,
    lane: Priority,
    stop: AbortSignal,
  ): Promise<void> => {
    const claim = await inSpan('claim step', {}, () =>
      claims.submit({ stepId, platform, lane, worker: name }),
    );
    tellClaim(span, claim);
    if (claim) await logAbout(logSubjectOf(claim), () => attempt(span, claim, place, stop));
  };

  return async (entered: Entered, step: StepPayload, lane: Priority, stop: AbortSignal): Promise<void> => {
    await leases.present(stop);
    const attributes = { 'countersign.step.id': step.stepId, 'countersign.platform': step.platform };
    const parent = step.traceparent ?? null;
    await inSpan('run step', { kind: 'CONSUMER', parent, attributes }, (span) =>
      claimAndAttempt(span, entered, step, lane, stop),
    );
  };
};
