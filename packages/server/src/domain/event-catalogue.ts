import type { EventType } from './events.ts';

interface EventKind {
  /** When it is recorded. */
  readonly meaning: string;
  /** Every field that `data` can hold, in the order it is written; one that may be absent ends in `?`. */
  readonly data: Readonly<Record<string, string>>;
}

const approval = {
  approvalId: 'the approval request',
  revision: 'the revision of the plan',
  planHash: 'the hash of that plan',
};
const step = {
  stepId: 'the step',
  name: 'its name in the plan',
  attempt: 'which attempt it was, from 1',
  platform: 'the platform that it calls',
  'code?': 'the error code of the last failure',
  'message?': 'that failure in words',
};
const ending = {
  'revision?': 'the revision of the plan that ran',
  'code?': 'the error code',
  'message?': 'why, in words',
};
const reason = { reason: 'what whoever cancelled it said, or null' };
const principal = { principalId: 'the principal' };
const key = {
  apiKeyId: 'the key',
  principalId: 'whom it stands for',
  name: 'its name',
  prefix: 'how it begins',
};

/** What each kind of fact means and carries: docs/reference/events.md is printed from it. */
export const eventCatalogue: Readonly<Record<EventType, EventKind>> = {
  'task.submitted': {
    meaning: 'A task was accepted.',
    data: {
      mode: 'NOOP, PLAN or APPLY',
      priority: 'the lane that it waits in',
      environment: 'where it acts',
      correlationId: "the submitter's own id, or null",
      requestHash: 'the hash of what was asked for',
    },
  },
  'task.planned': {
    meaning: 'A revision of its plan was made.',
    data: { revision: 'its number, from 1', planHash: 'its hash', risk: 'the risk that was assessed' },
  },
  'policy.decided': {
    meaning: 'Policy judged a revision.',
    data: {
      outcome: 'ALLOW, REQUIRE_APPROVAL or DENY',
      rules: 'the rules that gave reasons',
      planHash: 'the plan that was judged',
      bundleHash: 'the policies that judged',
      inputHash: 'what they were given',
    },
  },
  'approval.requested': {
    meaning: 'People are asked.',
    data: {
      approvalId: 'the approval request',
      required: 'how many people must approve',
      expiresAt: 'until when they can',
    },
  },
  'approval.reviewed': {
    meaning: 'Somebody approved or rejected.',
    data: {
      ...approval,
      verdict: 'APPROVE or REJECT',
      comment: 'what they said, or null',
      given: 'how many approvals count now',
      required: 'how many are asked for',
    },
  },
  'approval.withdrawn': { meaning: 'Somebody took their approval back.', data: approval },
  'approval.resolved': {
    meaning: 'A request is open no more.',
    data: {
      'approvalId?': 'the approval request; absent where it expired',
      revision: 'the revision of the plan',
      'planHash?': 'the hash of that plan; absent where it expired',
      status: 'APPROVED, REJECTED, EXPIRED, SUPERSEDED or CANCELLED',
      'startBy?': 'until when an approved task must have started',
    },
  },
  'task.held': {
    meaning: 'Approved, and held until the undo window has passed.',
    data: { ...approval, effectiveAt: 'when it goes on' },
  },
  'task.queued': {
    meaning: 'It waits for a worker.',
    data: { runId: 'the run', priority: 'the lane that it waits in' },
  },
  'task.started': {
    meaning: 'Its first step started.',
    data: { runId: 'the run', revision: 'the revision of the plan' },
  },
  'task.cancelling': { meaning: 'It ends with the step in flight.', data: reason },
  'task.succeeded': {
    meaning: 'All steps succeeded, or a PLAN was made.',
    data: { 'revision?': 'the revision of the plan that ran; absent for a PLAN' },
  },
  'task.failed': { meaning: 'It failed.', data: ending },
  'task.denied': {
    meaning: 'Policy stopped it; `code` and `message` only where a run had begun.',
    data: ending,
  },
  'task.rejected': {
    meaning: 'Somebody rejected it.',
    data: { ...approval, reason: 'what they said, or null' },
  },
  'task.expired': {
    meaning: 'Nobody decided in time, or it could not start in time after that.',
    data: ending,
  },
  'task.cancelled': {
    meaning: 'It was cancelled.',
    data: {
      ...ending,
      'reason?': 'what whoever cancelled it said, or null; absent where a step was in flight',
    },
  },
  'task.needs_attention': {
    meaning: 'Nobody can know whether a step happened: a person must find out.',
    data: { ...ending, 'reason?': 'what whoever cancelled it said, or null' },
  },
  'plan.superseded': {
    meaning: 'The target changed since the plan was made; it is planned again.',
    data: ending,
  },
  'step.started': {
    meaning: 'An attempt at a step began.',
    data: {
      stepId: step.stepId,
      name: step.name,
      attempt: step.attempt,
      fence: 'what tells this claim from every other',
      worker: 'who claimed it',
      platform: step.platform,
      actionType: 'the type of its action',
      queueMs: 'how long it had waited, in milliseconds',
      'effect?':
        '`number`, `idempotencyKey` and `requestHash` of what it is about to do; a rehearsal has none',
    },
  },
  'step.retrying': {
    meaning: 'An attempt failed or was put off; another follows.',
    data: {
      ...step,
      isPostponed: 'whether the platform was not called at all',
      nextAttemptAt: 'when it is tried again',
    },
  },
  'step.succeeded': {
    meaning: 'A step succeeded.',
    data: {
      ...step,
      durationMs: 'how long it took, in milliseconds',
      'madeOn?': 'where its target had moved meanwhile, with the approved effect unchanged',
      'isNoop?': 'whether it was a rehearsal, and its platform was not called',
    },
  },
  'step.failed': { meaning: 'A step failed for good.', data: step },
  'step.needs_attention': { meaning: 'Nobody can know whether a step happened.', data: step },
  'step.refused': { meaning: 'A step was stopped before it was done.', data: step },
  'tenant.created': { meaning: 'A tenant was added.', data: { tenantId: 'the tenant', name: 'its name' } },
  'sign_in_link.created': {
    meaning: 'A sign-in link was made.',
    data: { signInLinkId: 'the link', ...principal, expiresAt: 'until when it works' },
  },
  'session.started': {
    meaning: 'Somebody signed in.',
    data: { sessionId: 'the session', ...principal, expiresAt: 'until when it lasts' },
  },
  'session.ended': { meaning: 'A session ended.', data: { sessionId: 'the session', ...principal } },
  'principal.created': {
    meaning: 'A person, an agent or a service was added.',
    data: {
      ...principal,
      type: 'HUMAN, AGENT or SERVICE',
      name: 'its name',
      roles: 'what it may do',
      ownerId: 'the person who answers for it, or null',
    },
  },
  'principal.roles_changed': {
    meaning: 'Its roles were changed.',
    data: { ...principal, roles: 'what it may do now', rolesBefore: 'what it could do' },
  },
  'principal.disabled': { meaning: 'It may not act any more.', data: principal },
  'principal.enabled': { meaning: 'It may act again.', data: principal },
  'api_key.created': {
    meaning: 'An API key was made.',
    data: {
      ...key,
      decidesIn: 'the environments where it decides',
      expiresAt: 'until when it works, or null',
    },
  },
  'api_key.revoked': { meaning: 'An API key was revoked.', data: key },
};
