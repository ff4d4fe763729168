import type {
  ActionCategory,
  AlertKind,
  ApprovalStatus,
  ApprovalView,
  DecoyResult,
  BreakerState,
  DecisionLayer,
  DecisionOutcome,
  DeliveryState,
  EffectState,
  Environment,
  FeedbackOutcome,
  ExecutorMode,
  GateReaction,
  GateStatus,
  GrantStatus,
  HealthStatus,
  IdempotencyCapability,
  MetricsWindow,
  NetworkReach,
  NoticeChannel,
  NoticeKind,
  PrincipalType,
  ProcessRole,
  Priority,
  Risk,
  Role,
  ReleaseStage,
  ResolutionOutcome,
  RunStatus,
  StepKind,
  StepState,
  SourceKind,
  SourceTrust,
  StopMode,
  StopScopeKind,
  StopStage,
  TaskMode,
  TaskStatus,
  TraceVerdict,
  Verdict,
} from '@countersign/shared';
import { errorCatalogue, type ErrorCode } from '../../../domain/error-catalogue.ts';
import type { PhaseStatus } from '../../../domain/phases.ts';
import type { Pause, Rollback } from '../../../domain/run.ts';
import { addBackupEnums } from './backup-enums.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';
import { addInventoryEnums } from './inventory-enums.ts';

/** The words that the server and the console share, each with its meaning. */
export const addEnums = (builder: Builder) => ({
  ...addTaskEnums(builder),
  ...addDecisionEnums(builder),
  ...addWorkEnums(builder),
  ...addRunEnums(builder),
  ...addControlEnums(builder),
  ...addActionEnums(builder),
  ...addSystemEnums(builder),
  ...addBackupEnums(builder),
  ...addInventoryEnums(builder),
});
export type Enums = ReturnType<typeof addEnums>;

const addTaskEnums = (builder: Builder) => ({
  taskStatus: enumOf<TaskStatus>(builder, 'TaskStatus', 'Where a task stands.', {
    PLANNING:
      'It is being planned. Its plan, hash and risk are not known before it is planned for the first time.',
    AWAITING_APPROVAL: 'People must decide on its plan.',
    HELD: 'People approved it; the approval can still be taken back, and nothing has started.',
    QUEUED: 'It may run and waits for its turn.',
    RUNNING: 'A step of it has started.',
    PAUSED: 'It was stopped on the way and can go on.',
    SUCCEEDED: 'The end: everything was done, or planned, or gone through, as its mode says.',
    FAILED: 'The end: a step failed for good, and what waited for it was cancelled.',
    ROLLED_BACK: 'The end: what had been done was undone.',
    NEEDS_ATTENTION: 'The end: an effect whose outcome nobody can know. A person must look.',
    DENIED: 'The end: policy did not allow it.',
    REJECTED: 'The end: a person said no.',
    EXPIRED: 'The end: nobody decided, or it could not begin, in time.',
    CANCELLED: 'The end: it was cancelled.',
  }),
  taskMode: enumOf<TaskMode>(builder, 'TaskMode', 'How far a task goes.', {
    NOOP: 'Goes the whole way, decisions included, and calls no platform to change anything.',
    PLAN: 'Ends once it is planned and decided on by policy.',
    APPLY: 'Runs its plan.',
  }),
  priority: enumOf<Priority>(builder, 'Priority', 'How urgent a task is: which lane it waits in.', {
    CRITICAL: 'Has slots of its own and never waits behind other work.',
    HIGH: 'Starts within half a minute where slots are free.',
    NORMAL: 'Starts within two minutes where slots are free.',
    LOW: 'Starts when nothing more urgent waits, and after five minutes at most.',
  }),
  environment: enumOf<Environment>(builder, 'Environment', 'Where the change lands.', {
    DEVELOPMENT: 'Where people try things.',
    STAGING: 'Where things are tried before production.',
    PRODUCTION: 'What others rely on.',
  }),
  principalType: enumOf<PrincipalType>(builder, 'PrincipalType', 'What kind of identity this is.', {
    HUMAN: 'A person: the only kind that decides.',
    AGENT: 'A program that reasons; a person answers for it.',
    SERVICE: 'A program that follows rules.',
  }),
  role: enumOf<Role>(builder, 'Role', 'What an identity may do.', {
    VIEWER: 'Read.',
    SUBMITTER: 'Submit tasks.',
    APPROVER: 'Decide on what others submitted.',
    OPERATOR: 'Cancel and control what others submitted.',
    ADMIN: 'Manage identities and keys.',
  }),
});

/** What work rests on, and what it came to. */
const addWorkEnums = (builder: Builder) => ({
  sourceKind: enumOf<SourceKind>(builder, 'SourceKind', 'What content is that a task rests on.', {
    WEB: 'A page, by its address.',
    MAIL: 'A mail, by its sender.',
    MESSAGE: 'A message of a chat or a ticket, by where it stands.',
    FILE: 'A file, by its name.',
    TOOL: 'What a tool put out, by its name.',
  }),
  sourceTrust: enumOf<SourceTrust>(builder, 'SourceTrust', 'Whether anybody outside could have written it.', {
    OUTSIDE: 'They could.',
    INTERNAL: "They could not, by the submitter's word.",
  }),
  feedbackOutcome: enumOf<FeedbackOutcome>(
    builder,
    'FeedbackOutcome',
    "What a task came to in somebody's eyes.",
    {
      SUCCESS: 'What was wanted.',
      FAILURE: 'Not what was wanted, however its run ended.',
      MODIFIED: 'What people had to change afterwards.',
    },
  ),
  grantStatus: enumOf<GrantStatus>(builder, 'GrantStatus', 'How a standing grant stands.', {
    PENDING: 'A second person has still to say yes.',
    ACTIVE: 'It lets changes through.',
    SUSPENDED: 'Something that it let through went wrong: it lets nothing through until a person resumes it.',
    REVOKED: 'A person ended it.',
    USED_UP: 'All that it covers was let through.',
    EXPIRED: 'Its time is over.',
  }),
});

const addDecisionEnums = (builder: Builder) => ({
  risk: enumOf<Risk>(builder, 'Risk', "The server's own estimate of what could go wrong.", {
    LOW: 'Nothing that stands out.',
    MEDIUM: 'Worth a look.',
    HIGH: 'Could do harm.',
    CRITICAL: 'Could do harm that is hard to undo.',
  }),
  decisionOutcome: enumOf<DecisionOutcome>(builder, 'DecisionOutcome', 'What policy says of a plan.', {
    ALLOW: 'It may run.',
    REQUIRE_APPROVAL: 'It may run once people have approved it.',
    DENY: 'It may not run, whoever approves.',
  }),
  decisionLayer: enumOf<DecisionLayer>(builder, 'DecisionLayer', 'Who has a word in a decision, in order.', {
    STOP: "A person's stop.",
    DENY: 'Rules that deny.',
    HARD: 'Rules of human approval that nothing but a denial outranks.',
    RULE: 'Other rules.',
    GRANT: 'A standing grant: it answers what some rules, autonomy and score ask.',
    AUTONOMY: 'How much may be done there without a person.',
    SCORE: 'How far the plan can be trusted.',
    REQUESTER: 'What the requester asks for; it can only tighten.',
  }),
  traceVerdict: enumOf<TraceVerdict>(builder, 'TraceVerdict', 'What one entry of a trace says.', {
    ALLOW: 'It may run.',
    REQUIRE_APPROVAL: 'People must approve it first.',
    DENY: 'It may not run.',
    HOLD: 'Not now.',
    SILENT: 'Nobody of this layer spoke.',
  }),
  approvalStatus: enumOf<ApprovalStatus>(builder, 'ApprovalStatus', 'How an approval request stands.', {
    PENDING: 'People can decide.',
    APPROVED: 'As many approved as must.',
    REJECTED: 'One person said no.',
    EXPIRED: 'The time was over before enough people had decided. Nobody said no.',
    CANCELLED: 'The task was cancelled first.',
    SUPERSEDED: 'A newer revision of the plan took its place.',
  }),
  decoyResult: enumOf<DecoyResult>(builder, 'DecoyResult', 'What became of a decoy.', {
    CAUGHT: 'Whoever decided rejected it, asked about it, edited it or wanted it changed.',
    APPROVED: 'Whoever decided approved it.',
    UNDECIDED: 'Nobody decided in time.',
  }),
  approvalView: enumOf<ApprovalView>(builder, 'ApprovalView', 'Which requests.', {
    MINE: 'Those that you can decide and that still need you.',
    ALL: 'Those that are open.',
    SNOOZED: 'Those that you put off, while they are out of your sight.',
    WATCHING: 'Open ones about tasks that you follow.',
    DECIDED: 'Those that have ended, however.',
  }),
  verdict: enumOf<Verdict>(builder, 'Verdict', "One person's vote.", {
    APPROVE: 'Yes, to exactly this plan.',
    REJECT: 'No. One is enough.',
    REQUEST_CHANGES: 'Not as it is: nobody approves this revision until it is taken back.',
    WITHDRAW: 'Takes an earlier approval back, within the undo window, or a request for changes.',
  }),
  errorCode: enumOf<ErrorCode>(
    builder,
    'ErrorCode',
    'Every reason for a refusal or a failure. A reason has one code, whoever gives it.',
    Object.fromEntries(
      Object.entries(errorCatalogue).map(([code, { description }]) => [code, description]),
    ) as Record<ErrorCode, string>,
  ),
});

const addControlEnums = (builder: Builder) => ({
  gateStatus: enumOf<GateStatus>(builder, 'GateStatus', 'What a gate found.', {
    PASS: 'All is as expected.',
    FAIL: 'Something is not as expected.',
    UNKNOWN: 'It could not look, or what it saw says neither.',
  }),
  resolutionOutcome: enumOf<ResolutionOutcome>(
    builder,
    'ResolutionOutcome',
    'What a person found out about an effect that nobody could know.',
    { HAPPENED: 'It stands.', DID_NOT_HAPPEN: 'There is nothing of it.' },
  ),
  phaseStatus: enumOf<PhaseStatus>(builder, 'RunPhaseStatus', 'How a phase stands.', {
    WAITING: 'Nothing of it has started.',
    RUNNING: 'Its steps, or its gates, are under way.',
    SOAKING: 'Its steps are done, and show what they do before its gates look.',
    PASSED: 'Its steps and its gates are done.',
    FAILED: 'A step of it failed, or a gate says no.',
    CANCELLED: 'It was stopped first.',
    UNDONE: 'What it did was undone.',
  }),
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

const addRunEnums = (builder: Builder) => ({
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
  gateReaction: enumOf<GateReaction>(
    builder,
    'GateReaction',
    'What happens to a rollout where a gate fails.',
    {
      PAUSE: 'The run pauses, and people are asked.',
      ROLL_BACK: 'What was done is undone.',
    },
  ),
  effectState: enumOf<EffectState>(builder, 'EffectState', 'What is known of one call to a platform.', {
    INTENDED: 'It was about to be made, or is being made.',
    SUCCEEDED: 'It was made.',
    FAILED: 'It surely was not made.',
    UNKNOWN: 'It may have been made.',
  }),
});

const addActionEnums = (builder: Builder) => ({
  actionCategory: enumOf<ActionCategory>(builder, 'ActionCategory', 'What kind of change an action makes.', {
    READ: 'None.',
    WRITE: 'It changes data.',
    DEPLOY: 'It changes what runs.',
    ROLLBACK: 'It takes a change back.',
  }),
  idempotency: enumOf<IdempotencyCapability>(
    builder,
    'IdempotencyCapability',
    'What a retry of an action may assume about its platform.',
    {
      NATIVE_KEY: 'The platform takes our key, and does the same thing once.',
      LOOKUP: 'We can look for the mark that an earlier attempt left.',
      CONDITIONAL: 'The platform changes only the version that we name.',
      NONE: 'Nothing: where an outcome is unknown, a person must look.',
    },
  ),
  networkReach: enumOf<NetworkReach>(builder, 'NetworkReach', 'How far an action reaches over the network.', {
    NONE: 'Not at all.',
    INTERNAL: 'To hosts inside that configuration names.',
    INTERNET: 'To public hosts too.',
  }),
});

const addSystemEnums = (builder: Builder) => ({
  breakerState: enumOf<BreakerState>(builder, 'BreakerState', 'Whether calls to a platform go through.', {
    CLOSED: 'They do.',
    OPEN: 'It failed repeatedly and is left alone for a while.',
    HALF_OPEN: 'One call is let through to see whether it works again.',
  }),
  alertKind: enumOf<AlertKind>(builder, 'AlertKind', 'What somebody is told of without asking.', {
    QUEUE_DEPTH: 'More steps wait in a lane than should.',
    EXECUTOR_DOWN: 'Every process that calls a platform is cut off from it.',
    RETENTION_BEHIND: 'What is past its time is still there, or cannot go.',
    BACKUP_OLD: 'The newest backup that this server took and verified is too old, or there is none.',
  }),
  noticeKind: enumOf<NoticeKind>(builder, 'NoticeKind', 'Of what people are told.', {
    APPROVAL: 'A request that they may decide on, its reminders, and that it was escalated to them.',
    QUESTION: 'Somebody who decides asks about a task of theirs.',
    ENDED: 'A task of theirs, or of an agent that they answer for, has ended, whichever way.',
    ALERT:
      'The installation needs a look, or is well again: for operators and administrators. A webhook takes nothing: for administrators.',
  }),
  noticeChannel: enumOf<NoticeChannel>(builder, 'NoticeChannel', 'Where people are told.', {
    SLACK: 'A direct message.',
    MAIL: 'A mail.',
    BROWSER: 'By the browser, while the console is open in it.',
  }),
  deliveryState: enumOf<DeliveryState>(builder, 'DeliveryState', 'Where a delivery to a webhook stands.', {
    PENDING: 'It waits to be sent, or to be tried again.',
    DELIVERED: 'It was taken.',
    DEAD: 'It was tried as often as configuration says and is given up; it can be redriven.',
  }),
  executorMode: enumOf<ExecutorMode>(builder, 'ExecutorMode', 'What an operator says of a platform.', {
    OPEN: 'No call goes out; what waits is held. What was sent already is still read back.',
    DRAIN: 'No step is begun; what is in flight finishes, and planning goes on.',
    CLOSE: 'It goes on, and its circuit breakers are closed in every process.',
  }),
  stopScopeKind: enumOf<StopScopeKind>(builder, 'StopScopeKind', 'What a kill switch stops.', {
    GLOBAL: 'Everything of every tenant. For those who run the installation.',
    TENANT: 'Everything of your tenant.',
    ENVIRONMENT: "Your tenant's tasks for one environment.",
    PLATFORM: "Your tenant's work on one platform.",
    AGENT: 'What one agent, service or person submitted.',
    ACTION_TYPE: "Your tenant's actions of one type, of every version or of one.",
  }),
  stopMode: enumOf<StopMode>(builder, 'StopMode', 'What becomes of what is in flight when work is stopped.', {
    PAUSE: 'It finishes. Nothing else begins.',
    HALT: 'It is ended where it can be; nothing else begins.',
  }),
  stopStage: enumOf<StopStage>(builder, 'StopStage', 'How far a kill switch was released.', {
    STOPPED: 'Not at all.',
    OBSERVE: 'What only reads goes on.',
    LOW_RISK: 'What is of low risk goes on too.',
    ALL: 'All goes on: it is over.',
  }),
  releaseStage: enumOf<ReleaseStage>(builder, 'ReleaseStage', 'To what a kill switch can be released.', {
    OBSERVE: 'What only reads goes on.',
    LOW_RISK: 'What is of low risk goes on too.',
    ALL: 'All goes on: it is over.',
  }),
  healthStatus: enumOf<HealthStatus>(builder, 'HealthStatus', 'How well a part works.', {
    HEALTHY: 'As it should.',
    DEGRADED: 'It works, and something is wrong.',
    DOWN: 'It does not work.',
  }),
  processRole: enumOf<ProcessRole>(builder, 'ProcessRole', 'What a process of the installation does.', {
    ALL: 'It answers callers and runs steps.',
    API: 'It answers callers.',
    WORKER: 'It runs steps.',
  }),
  metricsWindow: enumOf<MetricsWindow>(builder, 'MetricsWindow', 'How far back figures look.', {
    LAST_HOUR: '60 points of a minute.',
    LAST_6_HOURS: '72 points of five minutes.',
    LAST_24_HOURS: '96 points of a quarter of an hour.',
    LAST_7_DAYS: '168 points of an hour.',
  }),
});
