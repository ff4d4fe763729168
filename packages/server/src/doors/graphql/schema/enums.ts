import type {
  ActionCategory,
  ApprovalStatus,
  ApprovalView,
  BreakerState,
  DecisionOutcome,
  EffectState,
  Environment,
  GateReaction,
  HealthStatus,
  IdempotencyCapability,
  MetricsWindow,
  NetworkReach,
  PrincipalType,
  ProcessRole,
  Priority,
  Risk,
  Role,
  RunStatus,
  StepKind,
  StepState,
  TaskMode,
  TaskStatus,
  Verdict,
} from '@countersign/shared';
import { errorCatalogue, type ErrorCode } from '../../../domain/error-catalogue.ts';
import type { Builder } from './builder.ts';

type Described<Value extends string> = { readonly [Each in Value]: { readonly description: string } };

/** The values of an enum, each with what it means: a value without words does not compile. */
export const described = <Value extends string>(words: Readonly<Record<Value, string>>): Described<Value> =>
  Object.fromEntries(
    Object.entries<string>(words).map(([value, description]) => [value, { description }]),
  ) as Described<Value>;

const taskStatus = described<TaskStatus>({
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
});

const taskMode = described<TaskMode>({
  NOOP: 'Goes the whole way, decisions included, and calls no platform to change anything.',
  PLAN: 'Ends once it is planned and decided on by policy.',
  APPLY: 'Runs its plan.',
});

const priority = described<Priority>({
  CRITICAL: 'Has slots of its own and never waits behind other work.',
  HIGH: 'Starts within half a minute where slots are free.',
  NORMAL: 'Starts within two minutes where slots are free.',
  LOW: 'Starts when nothing more urgent waits, and after five minutes at most.',
});

const approvalStatus = described<ApprovalStatus>({
  PENDING: 'People can decide.',
  APPROVED: 'As many approved as must.',
  REJECTED: 'One person said no.',
  EXPIRED: 'The time was over before enough people had decided. Nobody said no.',
  CANCELLED: 'The task was cancelled first.',
  SUPERSEDED: 'A newer revision of the plan took its place.',
});

const runStatus = described<RunStatus>({
  QUEUED: 'No step has started.',
  RUNNING: 'A step has started, and others are left.',
  PAUSED: 'It was stopped on the way and can go on.',
  SUCCEEDED: 'All steps succeeded.',
  FAILED: 'A step failed for good.',
  ROLLED_BACK: 'What had been done was undone.',
  NEEDS_ATTENTION: 'The outcome of a step is unknown.',
  CANCELLED: 'It was cancelled.',
});

const stepState = described<StepState>({
  BLOCKED: 'Another step must succeed first.',
  READY: 'It may start, or is tried again later.',
  RUNNING: 'An attempt is under way.',
  SUCCEEDED: 'It was done and read back.',
  FAILED: 'It surely was not done, and is not tried again.',
  NEEDS_ATTENTION: 'It may have been done, and nobody can know.',
  CANCELLED: 'It never ran, and will not.',
  UNDONE: 'It was done, and then undone.',
});

const stepKind = described<StepKind>({
  ACTION: 'An action of the plan.',
  GATE: 'A look at what was done, which decides whether the run goes on.',
  UNDO: 'Takes back what another step did.',
});

const gateReaction = described<GateReaction>({
  PAUSE: 'The run pauses, and people are asked.',
  ROLL_BACK: 'What was done is undone.',
});

/** The words that the server and the console share, each with its meaning. */
export const addEnums = (builder: Builder) => ({
  ...addTaskEnums(builder),
  ...addDecisionEnums(builder),
  ...addRunEnums(builder),
  ...addSystemEnums(builder),
});
export type Enums = ReturnType<typeof addEnums>;

const addTaskEnums = (builder: Builder) => ({
  taskStatus: builder.enumType('TaskStatus', { description: 'Where a task stands.', values: taskStatus }),
  taskMode: builder.enumType('TaskMode', { description: 'How far a task goes.', values: taskMode }),
  priority: builder.enumType('Priority', {
    description: 'How urgent a task is: which lane it waits in.',
    values: priority,
  }),
  environment: builder.enumType('Environment', {
    description: 'Where the change lands.',
    values: described<Environment>({
      DEVELOPMENT: 'Where people try things.',
      STAGING: 'Where things are tried before production.',
      PRODUCTION: 'What others rely on.',
    }),
  }),
  principalType: builder.enumType('PrincipalType', {
    description: 'What kind of identity this is.',
    values: described<PrincipalType>({
      HUMAN: 'A person: the only kind that decides.',
      AGENT: 'A program that reasons; a person answers for it.',
      SERVICE: 'A program that follows rules.',
    }),
  }),
  role: builder.enumType('Role', {
    description: 'What an identity may do.',
    values: described<Role>({
      VIEWER: 'Read.',
      SUBMITTER: 'Submit tasks.',
      APPROVER: 'Decide on what others submitted.',
      OPERATOR: 'Cancel and control what others submitted.',
      ADMIN: 'Manage identities and keys.',
    }),
  }),
});

const addDecisionEnums = (builder: Builder) => ({
  risk: builder.enumType('Risk', {
    description: "The server's own estimate of what could go wrong.",
    values: described<Risk>({
      LOW: 'Nothing that stands out.',
      MEDIUM: 'Worth a look.',
      HIGH: 'Could do harm.',
      CRITICAL: 'Could do harm that is hard to undo.',
    }),
  }),
  decisionOutcome: builder.enumType('DecisionOutcome', {
    description: 'What policy says of a plan.',
    values: described<DecisionOutcome>({
      ALLOW: 'It may run.',
      REQUIRE_APPROVAL: 'It may run once people have approved it.',
      DENY: 'It may not run, whoever approves.',
    }),
  }),
  approvalStatus: builder.enumType('ApprovalStatus', {
    description: 'How an approval request stands.',
    values: approvalStatus,
  }),
  approvalView: builder.enumType('ApprovalView', {
    description: 'Which requests.',
    values: described<ApprovalView>({
      MINE: 'Those that you can decide and that still need you.',
      ALL: 'Those that are open.',
      DECIDED: 'Those that have ended, however.',
    }),
  }),
  verdict: builder.enumType('Verdict', {
    description: "One person's vote.",
    values: described<Verdict>({
      APPROVE: 'Yes, to exactly this plan.',
      REJECT: 'No. One is enough.',
      WITHDRAW: 'Takes an earlier approval back, within the undo window.',
    }),
  }),
  errorCode: builder.enumType('ErrorCode', {
    description: 'Every reason for a refusal or a failure. A reason has one code, whoever gives it.',
    values: described<ErrorCode>(
      Object.fromEntries(
        Object.entries(errorCatalogue).map(([code, { description }]) => [code, description]),
      ) as Record<ErrorCode, string>,
    ),
  }),
});

const addRunEnums = (builder: Builder) => ({
  runStatus: builder.enumType('RunStatus', {
    description: 'How one application of a plan stands.',
    values: runStatus,
  }),
  stepState: builder.enumType('StepState', {
    description: 'How one action of a run stands.',
    values: stepState,
  }),
  stepKind: builder.enumType('StepKind', { description: 'What a step of a run is.', values: stepKind }),
  gateReaction: builder.enumType('GateReaction', {
    description: 'What happens to a rollout where a gate fails.',
    values: gateReaction,
  }),
  effectState: builder.enumType('EffectState', {
    description: 'What is known of one call to a platform.',
    values: described<EffectState>({
      INTENDED: 'It was about to be made, or is being made.',
      SUCCEEDED: 'It was made.',
      FAILED: 'It surely was not made.',
      UNKNOWN: 'It may have been made.',
    }),
  }),
  actionCategory: builder.enumType('ActionCategory', {
    description: 'What kind of change an action makes.',
    values: described<ActionCategory>({
      READ: 'None.',
      WRITE: 'It changes data.',
      DEPLOY: 'It changes what runs.',
      ROLLBACK: 'It takes a change back.',
    }),
  }),
  idempotency: builder.enumType('IdempotencyCapability', {
    description: 'What a retry of an action may assume about its platform.',
    values: described<IdempotencyCapability>({
      NATIVE_KEY: 'The platform takes our key, and does the same thing once.',
      LOOKUP: 'We can look for the mark that an earlier attempt left.',
      CONDITIONAL: 'The platform changes only the version that we name.',
      NONE: 'Nothing: where an outcome is unknown, a person must look.',
    }),
  }),
  networkReach: builder.enumType('NetworkReach', {
    description: 'How far an action reaches over the network.',
    values: described<NetworkReach>({
      NONE: 'Not at all.',
      INTERNAL: 'To hosts inside that configuration names.',
      INTERNET: 'To public hosts too.',
    }),
  }),
});

const addSystemEnums = (builder: Builder) => ({
  breakerState: builder.enumType('BreakerState', {
    description: 'Whether calls to a platform go through.',
    values: described<BreakerState>({
      CLOSED: 'They do.',
      OPEN: 'It failed repeatedly and is left alone for a while.',
      HALF_OPEN: 'One call is let through to see whether it works again.',
    }),
  }),
  healthStatus: builder.enumType('HealthStatus', {
    description: 'How well a part works.',
    values: described<HealthStatus>({
      HEALTHY: 'As it should.',
      DEGRADED: 'It works, and something is wrong.',
      DOWN: 'It does not work.',
    }),
  }),
  processRole: builder.enumType('ProcessRole', {
    description: 'What a process of the installation does.',
    values: described<ProcessRole>({
      ALL: 'It answers callers and runs steps.',
      API: 'It answers callers.',
      WORKER: 'It runs steps.',
    }),
  }),
  metricsWindow: builder.enumType('MetricsWindow', {
    description: 'How far back figures look.',
    values: described<MetricsWindow>({
      LAST_HOUR: '60 points of a minute.',
      LAST_6_HOURS: '72 points of five minutes.',
      LAST_24_HOURS: '96 points of a quarter of an hour.',
      LAST_7_DAYS: '168 points of an hour.',
    }),
  }),
});
