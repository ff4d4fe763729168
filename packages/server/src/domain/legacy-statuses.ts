import type { Risk, RunStatus, StepState, TaskStatus } from '@countersign/shared';
import type { PhaseStatus } from './phases.ts';

/** A status as the AI orchestrator's interface words it. */
export const orchestratorWords = [
  'planning',
  'pending',
  'pending_approval',
  'approved',
  'queued',
  'running',
  'paused',
  'completed',
  'failed',
  'rolled_back',
  'needs_attention',
  'denied',
  'rejected',
  'expired',
  'cancelled',
  'skipped',
] as const;
export type OrchestratorWord = (typeof orchestratorWords)[number];

export const orchestratorTaskWord: Readonly<Record<TaskStatus, OrchestratorWord>> = {
  PLANNING: 'planning',
  AWAITING_APPROVAL: 'pending_approval',
  HELD: 'approved',
  QUEUED: 'queued',
  RUNNING: 'running',
  PAUSED: 'paused',
  SUCCEEDED: 'completed',
  FAILED: 'failed',
  ROLLED_BACK: 'rolled_back',
  NEEDS_ATTENTION: 'needs_attention',
  DENIED: 'denied',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  CANCELLED: 'cancelled',
};

/** A status as the status file of an intent words it: one of four, so `skipped` stands for what has not run. */
export const intentWords = ['success', 'failed', 'timeout', 'skipped'] as const;
export type IntentWord = (typeof intentWords)[number];

export const intentWord: Readonly<Record<TaskStatus, IntentWord>> = {
  PLANNING: 'skipped',
  AWAITING_APPROVAL: 'skipped',
  HELD: 'skipped',
  QUEUED: 'skipped',
  RUNNING: 'skipped',
  PAUSED: 'skipped',
  SUCCEEDED: 'success',
  FAILED: 'failed',
  ROLLED_BACK: 'failed',
  NEEDS_ATTENTION: 'failed',
  DENIED: 'failed',
  REJECTED: 'failed',
  EXPIRED: 'timeout',
  CANCELLED: 'skipped',
};

export const orchestratorRunWord: Readonly<Record<RunStatus, OrchestratorWord>> = {
  QUEUED: 'pending',
  RUNNING: 'running',
  PAUSED: 'paused',
  SUCCEEDED: 'completed',
  FAILED: 'failed',
  ROLLED_BACK: 'rolled_back',
  NEEDS_ATTENTION: 'needs_attention',
  CANCELLED: 'cancelled',
};

export const orchestratorPhaseWord: Readonly<Record<PhaseStatus, OrchestratorWord>> = {
  WAITING: 'pending',
  RUNNING: 'running',
  SOAKING: 'running',
  PASSED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  UNDONE: 'rolled_back',
};

export const orchestratorStepWord: Readonly<Record<StepState, OrchestratorWord>> = {
  BLOCKED: 'pending',
  READY: 'pending',
  RUNNING: 'running',
  SUCCEEDED: 'completed',
  FAILED: 'failed',
  NEEDS_ATTENTION: 'needs_attention',
  CANCELLED: 'cancelled',
  UNDONE: 'rolled_back',
  REPLACED: 'failed',
  SKIPPED: 'skipped',
};

/** How an action stands in the words of the orchestration layer. */
export const actionWords = ['pending', 'success', 'failed'] as const;
export type ActionWord = (typeof actionWords)[number];

/**
 * What nobody can know is pending, for a person is going to say: who read `failed` would do it again. What was undone
 * does not stand, and neither does what another took the place of.
 */
export const actionWordOf: Readonly<Record<StepState, ActionWord>> = {
  BLOCKED: 'pending',
  READY: 'pending',
  RUNNING: 'pending',
  SUCCEEDED: 'success',
  FAILED: 'failed',
  NEEDS_ATTENTION: 'pending',
  CANCELLED: 'failed',
  UNDONE: 'failed',
  REPLACED: 'failed',
  SKIPPED: 'success',
};

/** A risk as older interfaces spell it. */
export const riskWord = (risk: Risk): Lowercase<Risk> => risk.toLowerCase() as Lowercase<Risk>;
