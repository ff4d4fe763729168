/** The words that the server and the console share: one spelling from the database to the screen. */
export const taskStatuses = [
  'PLANNING',
  'AWAITING_APPROVAL',
  'HELD',
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'SUCCEEDED',
  'FAILED',
  'ROLLED_BACK',
  'NEEDS_ATTENTION',
  'DENIED',
  'REJECTED',
  'EXPIRED',
  'CANCELLED',
] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** No further change can come. */
export const finalStatuses = [
  'SUCCEEDED',
  'FAILED',
  'ROLLED_BACK',
  'DENIED',
  'REJECTED',
  'EXPIRED',
  'CANCELLED',
] as const satisfies readonly TaskStatus[];
export type FinalStatus = (typeof finalStatuses)[number];

export const isFinalStatus = (status: TaskStatus): status is FinalStatus =>
  (finalStatuses as readonly TaskStatus[]).includes(status);

/** Of a goal, in UTF-16 code units. */
export const longestGoal = 4_000;

export const taskModes = ['NOOP', 'PLAN', 'APPLY'] as const;
export type TaskMode = (typeof taskModes)[number];

/** Most urgent first; a priority's queue is its lane. */
export const priorities = ['CRITICAL', 'HIGH', 'NORMAL', 'LOW'] as const;
export type Priority = (typeof priorities)[number];

export const environments = ['DEVELOPMENT', 'STAGING', 'PRODUCTION'] as const;
export type Environment = (typeof environments)[number];

export const principalTypes = ['HUMAN', 'AGENT', 'SERVICE'] as const;
export type PrincipalType = (typeof principalTypes)[number];

export const roles = ['VIEWER', 'SUBMITTER', 'APPROVER', 'OPERATOR', 'ADMIN'] as const;
export type Role = (typeof roles)[number];

/** Least first, so that an index compares two risks. */
export const risks = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Risk = (typeof risks)[number];

/** Where counting what matches ends; as a count it stands for so many and more. */
export const mostCounted = 10_000;

/** Requests this close to their end come before all others. */
export const expiresSoonMs = 5 * 60_000;

/** Where a request stands among those with time left: by lane, then by risk. Least first. */
export const urgencyRank = (priority: Priority, risk: Risk): number =>
  priorities.indexOf(priority) * risks.length + (risks.length - 1 - risks.indexOf(risk));

export const decisionOutcomes = ['ALLOW', 'REQUIRE_APPROVAL', 'DENY'] as const;
export type DecisionOutcome = (typeof decisionOutcomes)[number];

/** Who has a word in a decision, the weightiest first. */
export const decisionLayers = [
  'STOP',
  'DENY',
  'HARD',
  'RULE',
  'GRANT',
  'AUTONOMY',
  'SCORE',
  'REQUESTER',
] as const;
export type DecisionLayer = (typeof decisionLayers)[number];

/** What one entry of a decision's trace says: HOLD is not now, SILENT that nobody of the layer spoke. */
export const traceVerdicts = [...decisionOutcomes, 'HOLD', 'SILENT'] as const;
export type TraceVerdict = (typeof traceVerdicts)[number];

/** What a quality score is made of, twenty points each. */
export const qualityDimensions = [
  'STRUCTURAL',
  'POLICY_COMPLIANCE',
  'TEST_COVERAGE',
  'OPERATIONAL_HISTORY',
  'HUMAN_REVIEW',
] as const;
export type QualityDimension = (typeof qualityDimensions)[number];

/** Where content comes from that a task rests on. */
export const sourceKinds = ['WEB', 'MAIL', 'MESSAGE', 'FILE', 'TOOL'] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** Whether anybody outside could have written it. */
export const sourceTrusts = ['OUTSIDE', 'INTERNAL'] as const;
export type SourceTrust = (typeof sourceTrusts)[number];

/** What a task came to in somebody's eyes. */
export const feedbackOutcomes = ['SUCCESS', 'FAILURE', 'MODIFIED'] as const;
export type FeedbackOutcome = (typeof feedbackOutcomes)[number];

/** What a standing grant can be. PENDING: a second person has still to approve it. */
export const grantStatuses = ['PENDING', 'ACTIVE', 'SUSPENDED', 'REVOKED', 'USED_UP', 'EXPIRED'] as const;
export type GrantStatus = (typeof grantStatuses)[number];

export const approvalStatuses = [
  'PENDING',
  'APPROVED',
  'REJECTED',
  'EXPIRED',
  'CANCELLED',
  'SUPERSEDED',
] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** Which requests somebody looks at: those that need them, all that are open, those that have ended. */
export const approvalViews = ['MINE', 'ALL', 'SNOOZED', 'WATCHING', 'DECIDED'] as const;
export type ApprovalView = (typeof approvalViews)[number];

/** Whether a yes asks for a passkey: never, of whoever has one, or of everybody. */
export const stepUpTerms = ['OFF', 'WHERE_REGISTERED', 'REQUIRED'] as const;
export type StepUpTerms = (typeof stepUpTerms)[number];

/** What is wrong with what should be a passkey's answer: its signature or subject, or a counter that went back. */
export const stepUpFailures = ['ANSWER', 'COUNTER'] as const;
export type StepUpFailure = (typeof stepUpFailures)[number];

/** WITHDRAW takes an earlier approval back within the undo window, or a request for changes. */
export const verdicts = ['APPROVE', 'REJECT', 'REQUEST_CHANGES', 'WITHDRAW'] as const;
export type Verdict = (typeof verdicts)[number];

/** What became of a decoy: somebody caught it, somebody approved it, or nobody decided in time. */
export const decoyResults = ['CAUGHT', 'APPROVED', 'UNDECIDED'] as const;
export type DecoyResult = (typeof decoyResults)[number];

export const runStatuses = [
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'SUCCEEDED',
  'FAILED',
  'ROLLED_BACK',
  'NEEDS_ATTENTION',
  'CANCELLED',
] as const;
export type RunStatus = (typeof runStatuses)[number];

export const stepStates = [
  'BLOCKED',
  'READY',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'NEEDS_ATTENTION',
  'CANCELLED',
  'UNDONE',
  'REPLACED',
  'SKIPPED',
] as const;
export type StepState = (typeof stepStates)[number];

/** What a step of a run is: an action of the plan, a look that decides whether it goes on, or the undoing of an action. */
export const stepKinds = ['ACTION', 'GATE', 'UNDO'] as const;
export type StepKind = (typeof stepKinds)[number];

/** What happens to a rollout where a gate fails. */
export const gateReactions = ['PAUSE', 'ROLL_BACK'] as const;
export type GateReaction = (typeof gateReactions)[number];

/** What a gate found. UNKNOWN: it could not look, or what it saw says neither. */
export const gateStatuses = ['PASS', 'FAIL', 'UNKNOWN'] as const;
export type GateStatus = (typeof gateStatuses)[number];

/** What a person found out about an effect that nobody could know. */
export const resolutionOutcomes = ['HAPPENED', 'DID_NOT_HAPPEN'] as const;
export type ResolutionOutcome = (typeof resolutionOutcomes)[number];

export const effectStates = ['INTENDED', 'SUCCEEDED', 'FAILED', 'UNKNOWN'] as const;
export type EffectState = (typeof effectStates)[number];

export const actionCategories = ['READ', 'WRITE', 'DEPLOY', 'ROLLBACK'] as const;
export type ActionCategory = (typeof actionCategories)[number];

/** What a retry of an action may assume about its platform. */
export const idempotencyCapabilities = ['NATIVE_KEY', 'LOOKUP', 'CONDITIONAL', 'NONE'] as const;
export type IdempotencyCapability = (typeof idempotencyCapabilities)[number];

export const networkReaches = ['NONE', 'INTERNAL', 'INTERNET'] as const;
export type NetworkReach = (typeof networkReaches)[number];

export const breakerStates = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;
export type BreakerState = (typeof breakerStates)[number];

/** What an operator says of a platform: nothing goes out, nothing new is begun, or it goes on. */
export const executorModes = ['OPEN', 'DRAIN', 'CLOSE'] as const;
export type ExecutorMode = (typeof executorModes)[number];

export const healthStatuses = ['HEALTHY', 'DEGRADED', 'DOWN'] as const;
export type HealthStatus = (typeof healthStatuses)[number];

/** What a kill switch stops: everything here, all of a tenant, or a part of its work. */
export const stopScopes = ['GLOBAL', 'TENANT', 'ENVIRONMENT', 'PLATFORM', 'AGENT', 'ACTION_TYPE'] as const;
export type StopScopeKind = (typeof stopScopes)[number];

/** PAUSE lets what is in flight finish, HALT aborts it too. */
export const stopModes = ['PAUSE', 'HALT'] as const;
export type StopMode = (typeof stopModes)[number];

/** How far a stop has been released: what only reads goes on, then what is of low risk, then all. */
export const stopStages = ['STOPPED', 'OBSERVE', 'LOW_RISK', 'ALL'] as const;
export type StopStage = (typeof stopStages)[number];

/** Those that somebody can release a stop to. */
export const releaseStages = ['OBSERVE', 'LOW_RISK', 'ALL'] as const satisfies readonly StopStage[];
export type ReleaseStage = (typeof releaseStages)[number];

/** What somebody is told of without asking. */
export const alertKinds = ['QUEUE_DEPTH', 'EXECUTOR_DOWN', 'RETENTION_BEHIND', 'BACKUP_OLD'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** How far a backup has come; FAILED ends one anywhere. */
export const backupStates = ['STAGED', 'APPLYING', 'VALIDATING', 'COMPLETE', 'FAILED'] as const;
export type BackupState = (typeof backupStates)[number];

/** How far the restore of a backup beside what runs has come; FAILED and DISCARDED end one anywhere. */
export const restoreStates = [
  'AWAITING_APPROVAL',
  'STAGED',
  'APPLYING',
  'VALIDATING',
  'COMPLETE',
  'FAILED',
  'DISCARDED',
] as const;
export type RestoreState = (typeof restoreStates)[number];

/** What a process of the installation does: answer callers, run steps, or both. */
export const processRoles = ['ALL', 'API', 'WORKER'] as const;
export type ProcessRole = (typeof processRoles)[number];

export const metricsWindows = ['LAST_HOUR', 'LAST_6_HOURS', 'LAST_24_HOURS', 'LAST_7_DAYS'] as const;
export type MetricsWindow = (typeof metricsWindows)[number];

export { reasonLack } from './reason.ts';

export {
  hasLookAlikes,
  hiddenCharacter,
  isDeceptive,
  quoted,
  reordersCode,
  textParts,
  visibleText,
  type TextPart,
} from './visible-text.ts';

/** Names of what is told to those who listen outside. What they carry stands in docs/reference/webhooks.md. */
export const outgoingTypes = [
  'action:queued',
  'action:executing',
  'action:completed',
  'action:failed',
  'approval:pending',
  'approval:resolved',
  'queue:updated',
  'health:changed',
  'metrics:updated',
] as const;
export type OutgoingType = (typeof outgoingTypes)[number];

export const deliveryStates = ['PENDING', 'DELIVERED', 'DEAD'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** What people are told of. */
export const noticeKinds = ['APPROVAL', 'QUESTION', 'ENDED', 'ALERT'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Where they are told. */
export const noticeChannels = ['SLACK', 'MAIL', 'BROWSER'] as const;
export type NoticeChannel = (typeof noticeChannels)[number];
