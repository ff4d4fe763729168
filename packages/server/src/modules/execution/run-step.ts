import type { Priority } from '@countersign/shared';
import type { Batcher } from '../../infra/batch.ts';
import { logAbout } from '../../infra/logger.ts';
import { inSpan, type Span } from '../../infra/tracing.ts';
import type { Lease, Leases } from '../../record/leases/leases.ts';
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
  readonly leases: Pick<Leases, 'present' | 'claiming' | 'hold'>;
  readonly claims: Pick<Batcher<ClaimRequest, Claim | null>, 'submit'>;
  readonly outcomes: Pick<OutcomeKeeper, 'save'>;
}

interface Held {
  readonly claim: Claim;
  readonly lease: Lease;
}

/** Runs a step that has its room: claims it, calls its platform and keeps the outcome, all in a span of its task's trace. */
export const createRunStep = (deps: RunStepDependencies) => {
  const { name, leases, claims, outcomes, logger } = deps;

  const attempt = async (
    span: Span,
    { claim, lease: held }: Held,
    place: Entered['place'],
    stop: AbortSignal,
  ): Promise<void> => {
    const { id: stepId, fence } = claim.step;
    using lease = held;
    const result = await performStep(deps, claim, lease, place);
    place?.[Symbol.dispose]();
    tellResult(span, result);
    const isSettled = await inSpan('keep outcome', {}, () =>
      outcomes.save({ stepId, fence, worker: name, result }, stop),
    );
    if (!isSettled)
      logger.warn({ stepId, fence }, 'a late outcome changed nothing: the step is not ours any more');
  };

  const claimAndHold = async (request: ClaimRequest, span: Span, stop: AbortSignal): Promise<Held | null> => {
    using _claiming = leases.claiming();
    const claim = await inSpan('claim step', {}, () => claims.submit(request));
    tellClaim(span, claim);
    if (!claim) return null;
    const { step, heldSinceMs: sinceMs, remainingMs } = claim;
    return { claim, lease: leases.hold({ stepId: step.id, fence: step.fence, sinceMs, remainingMs }, stop) };
  };

  const claimAndAttempt = async (
    span: Span,
    { place }: Entered,
    { stepId, platform }: StepPayload,
    lane: Priority,
    stop: AbortSignal,
  ): Promise<void> => {
    const held = await claimAndHold({ stepId, platform, lane, worker: name }, span, stop);
    if (held) await logAbout(logSubjectOf(held.claim), () => attempt(span, held, place, stop));
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
