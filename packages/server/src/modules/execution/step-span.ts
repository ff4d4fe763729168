import type { AttemptResult } from '../../domain/run.ts';
import { markFailed, putDownSpan, traceIdOf, type Span } from '../../infra/tracing.ts';
import type { Claim } from './claim.ts';

/** Names in one attribute: what a step acts on is told, not all of a fleet. */
const mostTargets = 8;

/** What a claim tells of the step that the span is of; null where there was nothing to claim any more. */
export const tellClaim = (span: Span, claim: Claim | null): void => {
  if (!claim) return void span.setAttribute('countersign.outcome', 'NOT_CLAIMED');
  const { task, run, step, planned, earlier } = claim;
  const attributes = {
    'countersign.task.id': task.id,
    'countersign.run.id': run.id,
    'countersign.step': step.name,
    'countersign.action': step.actionType,
    'countersign.attempt': step.attempt,
    'countersign.resource': planned.targets.slice(0, mostTargets).map(({ name }) => name),
  };
  span.setAttributes(attributes);
  if (step.readyAt === null || earlier !== null) return;
  putDownSpan('wait in queue', { parent: task.traceparent, startTime: step.readyAt, attributes });
};

/** What lines of the log about an attempt carry. */
export const logSubjectOf = ({ task, step }: Claim): Readonly<Record<string, unknown>> => ({
  ...(task.traceparent === null ? {} : { traceId: traceIdOf(task.traceparent) }),
  taskId: task.id,
  step: step.name,
  stepId: step.id,
  attempt: step.attempt,
});

/** How an attempt ended, in the words of the metrics. */
export const tellResult = (span: Span, result: AttemptResult): void => {
  span.setAttribute('countersign.outcome', result.kind);
  if (result.kind !== 'SUCCEEDED' && result.kind !== 'HELD') markFailed(span, result.failure.code);
};
