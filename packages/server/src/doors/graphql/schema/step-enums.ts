import type { EffectState, ResolutionOutcome, StepKind, StepState } from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

/** A step, its effect, and what people find out about that. */
export const addStepEnums = (builder: Builder) => ({
  stepState: enumOf<StepState>(builder, 'StepState', 'How one action of a run stands.', {
    BLOCKED: 'Another step must succeed first.',
    READY: 'It may start, or is tried again later.',
    RUNNING: 'An attempt is under way.',
    SUCCEEDED: 'It was done and read back.',
    FAILED: 'It surely was not done, and is not tried again.',
    NEEDS_ATTENTION: 'It may have been done, and nobody can know.',
    CANCELLED: 'It never ran, and will not.',
    UNDONE: 'It was done, and then undone.',
    REPLACED: 'It failed and surely did nothing; its fallback takes its place.',
    SKIPPED: 'A fallback that was not needed.',
  }),
  stepKind: enumOf<StepKind>(builder, 'StepKind', 'What a step of a run is.', {
    ACTION: 'An action of the plan.',
    GATE: 'A look at what was done, which decides whether the run goes on.',
    UNDO: 'Takes back what another step did.',
  }),
  effectState: enumOf<EffectState>(builder, 'EffectState', 'What is known of one call to a platform.', {
    INTENDED: 'It was about to be made, or is being made.',
    SUCCEEDED: 'It was made.',
    FAILED: 'It surely was not made.',
    UNKNOWN: 'It may have been made.',
  }),
  resolutionOutcome: enumOf<ResolutionOutcome>(
    builder,
    'ResolutionOutcome',
    'What a person found out about an effect that nobody could know.',
    { HAPPENED: 'It stands.', DID_NOT_HAPPEN: 'There is nothing of it.' },
  ),
});
