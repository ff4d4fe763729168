/** What kind of trouble a code tells of; alerts and documents group by it. */
export type ErrorCategory =
  | 'INPUT'
  | 'IDENTITY'
  | 'APPROVAL'
  | 'POLICY'
  | 'STATE'
  | 'LIMIT'
  | 'PLATFORM'
  | 'INTERNAL';

interface CatalogueEntry {
  readonly category: ErrorCategory;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retriable: boolean;
  readonly httpStatus: number;
  /** What the code says and what to do next, for whoever reads the API's schema. */
  readonly description: string;
  /** Words of older interfaces that mean this code and no other. */
  readonly legacyCodes: readonly string[];
}

const entry = (
  category: ErrorCategory,
  httpStatus: number,
  description: string,
  { retriable = false, legacyCodes = [] }: Partial<Pick<CatalogueEntry, 'retriable' | 'legacyCodes'>> = {},
): CatalogueEntry => ({ category, httpStatus, description, retriable, legacyCodes });

/**
 * Every code a caller can meet. Each has one meaning, whoever says it: the server at once or a step later.
 * Codes that begin with PLATFORM_ are a platform's word on our request, never ours on the caller's.
 */
export const errorCatalogue = {
  SCHEMA_VALIDATION_FAILED: entry(
    'INPUT',
    400,
    'The input does not have the form it must have: details name every fault. Mend them all, then call again.',
    { legacyCodes: ['E001', 'E002', 'E003', 'INVALID_REQUEST'] },
  ),
  AUTHENTICATION_FAILED: entry(
    'IDENTITY',
    401,
    'Nobody is known by these credentials, or they have ended. Call with a valid key or session.',
  ),
  AUTHORIZATION_FAILED: entry('IDENTITY', 403, 'The roles of the caller do not allow this.', {
    legacyCodes: ['E008'],
  }),
  RESOURCE_NOT_FOUND: entry(
    'STATE',
    404,
    'What was named does not exist, here or on the platform, or the caller may not know of it.',
    { legacyCodes: ['NOT_FOUND', 'DEPLOYMENT_NOT_FOUND'] },
  ),
  RATE_LIMIT_EXCEEDED: entry('LIMIT', 429, 'Too many calls in too little time. Wait retryAfterMs.', {
    retriable: true,
    legacyCodes: ['RATE_LIMITED'],
  }),
  HITL_REQUIRED: entry('APPROVAL', 403, 'People must approve this first. They decide at approvalUrl.'),
  EXECUTION_TIMEOUT: entry(
    'PLATFORM',
    504,
    'The time for it was over, and surely nothing was done or nothing of it counts. A longer timeout may help.',
    { retriable: true, legacyCodes: ['TIMEOUT_ERROR', 'E007', 'PROCESSING_TIMEOUT'] },
  ),
  DEPENDENCY_FAILED: entry(
    'PLATFORM',
    502,
    'Something that this depends on, a platform or the policy engine, failed without saying more.',
    { retriable: true, legacyCodes: ['UNKNOWN_ERROR', 'E005', 'E006'] },
  ),
  INTERNAL_ERROR: entry('INTERNAL', 500, 'Something went wrong on our side. Report it with the request id.', {
    legacyCodes: ['E009'],
  }),

  PLATFORM_AUTHENTICATION_FAILED: entry(
    'PLATFORM',
    502,
    'The platform does not accept the credentials configured for it. An operator must renew them.',
    { legacyCodes: ['AUTH_ERROR'] },
  ),
  PLATFORM_PERMISSION_DENIED: entry(
    'PLATFORM',
    502,
    'The platform does not allow this to the credentials configured for it. An operator must grant it there.',
    { legacyCodes: ['PERMISSION_DENIED'] },
  ),
  PLATFORM_REJECTED: entry(
    'PLATFORM',
    502,
    'The platform says that the request itself is wrong. Submit another one.',
    { legacyCodes: ['VALIDATION_ERROR'] },
  ),
  PLATFORM_CONFLICT: entry(
    'PLATFORM',
    409,
    'The platform holds something that stands against this: the same thing already, or another version.',
    { legacyCodes: ['DUPLICATE_ERROR'] },
  ),
  NETWORK_ERROR: entry('PLATFORM', 502, 'The platform could not be reached over the network.', {
    retriable: true,
  }),
  SERVICE_DOWN: entry(
    'PLATFORM',
    503,
    'A platform, or a part of this server, does not work at the moment. The same call may succeed later.',
    { retriable: true, legacyCodes: ['SERVICE_UNAVAILABLE'] },
  ),
  QUOTA_EXCEEDED: entry(
    'PLATFORM',
    502,
    'The platform, or the budget that planning has, has no room left for this.',
    {
      legacyCodes: ['E010', 'E011', 'E012'],
    },
  ),
  OUTCOME_UNKNOWN: entry(
    'PLATFORM',
    502,
    'The platform may have acted, and nobody can know. A person must look: never submit the same again by yourself.',
  ),

  CONFLICT: entry(
    'APPROVAL',
    409,
    'What was decided on is not what stands now. Read the current revision and decide on that.',
  ),
  IDEMPOTENCY_KEY_REUSED: entry(
    'INPUT',
    422,
    'This idempotency key stands for another submission. Use a new key for a new submission.',
    { legacyCodes: ['E004'] },
  ),
  ALREADY_DECIDED: entry('APPROVAL', 409, 'This has been decided. Nothing is left to decide.'),
  APPROVAL_EXPIRED: entry('APPROVAL', 410, 'The time to decide, or to begin after a decision, is over.'),
  APPROVAL_SUPERSEDED: entry('APPROVAL', 409, "A newer revision of the plan took this one's place."),
  APPROVAL_REJECTED: entry('APPROVAL', 403, 'A person said no. Their reason is in the message.'),
  SELF_APPROVAL: entry('APPROVAL', 403, 'Who asked for something does not decide on it.'),
  NOT_ELIGIBLE: entry('APPROVAL', 403, 'This identity may not decide on this request.'),
  STEP_UP_REQUIRED: entry(
    'APPROVAL',
    403,
    'This needs a fresh answer of a passkey of yours. Ask for a challenge (beginStepUp), or decide in the console, which asks you; add a passkey there where you have none.',
  ),
  UNDO_WINDOW_CLOSED: entry('APPROVAL', 409, 'The time to take an approval back is over.'),
  POLICY_DENIED: entry(
    'POLICY',
    403,
    'A policy or a setting of this installation does not allow this. Only its operator can change that.',
    { legacyCodes: ['PolicyDenied'] },
  ),
  KILL_SWITCH_ENGAGED: entry(
    'POLICY',
    423,
    'People have stopped this work. It can be done once they have released it.',
    { retriable: true },
  ),
  PRECONDITION_FAILED: entry('STATE', 412, 'The target is not as this needs it or as the plan found it.'),
  NOTHING_TO_CHANGE: entry(
    'STATE',
    409,
    'What was asked for is so already, whoever made it: nothing was done, and nothing has to be.',
  ),
  GOAL_WITHOUT_ACTIONS: entry(
    'INPUT',
    422,
    'No agent could plan the goal: the message says what is missing. Say that, or which actions to take.',
  ),
  TASK_CANCELLED: entry('STATE', 409, 'Somebody ended the task before it was done.'),
  NOT_CANCELLABLE: entry('STATE', 409, 'The task has come too far to be cancelled.'),
  NOT_IN_THIS_STATE: entry(
    'STATE',
    409,
    'The task, or the step, is not in a state in which this can be done. The message says in which it is, and what can be done.',
  ),
  RESYNC_REQUIRED: entry(
    'STATE',
    410,
    'This position in the log cannot be continued. Read the current state, then follow from now on.',
  ),
  QUERY_TOO_COMPLEX: entry('LIMIT', 400, 'The operation asks for too much at once. Ask for less.'),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
export const errorCodes = Object.keys(errorCatalogue) as readonly ErrorCode[];

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalogue, code);
