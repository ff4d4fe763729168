import type {
  Environment,
  FeedbackOutcome,
  Priority,
  SourceKind,
  SourceTrust,
  TaskMode,
  TaskStatus,
} from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

/** What a task is, what it rests on, and what it came to. */
export const addTaskEnums = (builder: Builder) => ({
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
});
