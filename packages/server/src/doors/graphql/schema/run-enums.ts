import type { GateReaction, GateStatus, RunStatus } from '@countersign/shared';
import type { PhaseStatus } from '../../../domain/phases.ts';
import type { Pause, Rollback } from '../../../domain/run.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

/** A run, its phases and their gates. */
export const addRunEnums = (builder: Builder) => ({
  runStatus: enumOf<RunStatus>(builder, 'RunStatus', 'How one application of a plan stands.', {
    QUEUED: 'No step has started.',
    RUNNING: 'A step has started, and others are left.',
    PAUSED: 'It was stopped on the way and can go on.',
    SUCCEEDED: 'All steps succeeded.',
    FAILED: 'A step failed for good.',
    ROLLED_BACK: 'What had been done was undone.',
    NEEDS_ATTENTION: 'The outcome of a step is unknown.',
    CANCELLED: 'It was cancelled.',
  }),
  phaseStatus: enumOf<PhaseStatus>(builder, 'RunPhaseStatus', 'How a phase stands.', {
    WAITING: 'Nothing of it has started.',
    RUNNING: 'Its steps, or its gates, are under way.',
    SOAKING: 'Its steps are done, and show what they do before its gates look.',
    PASSED: 'Its steps and its gates are done.',
    FAILED: 'A step of it failed, or a gate says no.',
    CANCELLED: 'It was stopped first.',
    UNDONE: 'What it did was undone.',
  }),
  gateStatus: enumOf<GateStatus>(builder, 'GateStatus', 'What a gate found.', {
    PASS: 'All is as expected.',
    FAIL: 'Something is not as expected.',
    UNKNOWN: 'It could not look, or what it saw says neither.',
  }),
  gateReaction: enumOf<GateReaction>(
    builder,
    'GateReaction',
    'What happens to a rollout where a gate fails.',
    {
      PAUSE: 'The run pauses, and people are asked.',
      ROLL_BACK: 'What was done is undone.',
    },
  ),
  runCause: enumOf<Pause['cause'] | Rollback['cause']>(
    builder,
    'RunCause',
    'What stopped a run or turned it back.',
    {
      PERSON: 'A person.',
      GATE: 'A gate.',
      TRANSACTION: 'A step of a transaction that failed.',
    },
  ),
});
