import { z } from 'zod';
import {
  alertKinds,
  approvalStatuses,
  breakerStates,
  decisionOutcomes,
  environments,
  gateStatuses,
  healthStatuses,
  principalTypes,
  priorities,
  resolutionOutcomes,
  risks,
  releaseStages,
  roles,
  stopModes,
  stopScopes,
  taskModes,
} from './index.ts';

type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

const id = (words: string) => z.uuid().describe(words);
const text = (words: string) => z.string().describe(words);
const hash = (words: string) => z.string().describe(words);
const count = (words: string) => z.int().min(0).describe(words);
const moment = (words: string) => z.iso.datetime().describe(words);
const milliseconds = (words: string) => z.number().min(0).describe(`${words}, in milliseconds`);
const said = (words: string) => z.string().nullable().describe(`${words}, or null`);
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values, words: string) =>
  z.enum(values).describe(words);

const revision = count('the revision of the plan');
const code = text('the error code');

const approval = {
  approvalId: id('the approval request'),
  revision,
  planHash: hash('the hash of that plan'),
};
const step = {
  stepId: id('the step'),
  name: text('its name in the plan'),
  attempt: count('which attempt it was, from 1'),
  platform: text('the platform that it calls'),
};
const attempt = {
  ...step,
  code: code.describe('the error code of the last failure').exactOptional(),
  message: text('that failure in words').exactOptional(),
};
const run = id('the run');
const names = (words: string) => z.array(z.string()).readonly().describe(words);
const named = { stepId: id('the step'), name: text('its name') };
const ending = {
  revision: revision.describe('the revision of the plan that ran').exactOptional(),
  code: code.exactOptional(),
  message: text('why, in words').exactOptional(),
};
const cancelReason = said('what whoever cancelled it said');
const principal = { principalId: id('the principal') };
const key = {
  apiKeyId: id('the key'),
  principalId: id('whom it stands for'),
  name: text('its name'),
  prefix: text('how it begins'),
};
const role = z.enum(roles);
const killSwitch = {
  killSwitchId: id('the switch'),
  kind: oneOf(stopScopes, 'what kind of scope it stops'),
  value: said('the environment, platform, agent or action type'),
  isDrill: z.boolean().describe('whether it only measures and stops nothing'),
};
const control = { platform: text('its name'), reason: text('why') };
const alert = {
  kind: oneOf(alertKinds, 'QUEUE_DEPTH or EXECUTOR_DOWN'),
  subject: text('the lane, or the platform'),
  message: text('what was seen when it was raised'),
  since: moment('when it was raised'),
};

const event = <Fields extends z.ZodRawShape>(meaning: string, fields: Fields) =>
  z.strictObject(fields).describe(meaning);

/**
 * Every kind of event that the log can hold, what it means, and what its `data` carries. The server records
 * by it, everybody reads by it, and docs/reference/events.md is printed from it.
 */
export const eventPayloads = {
  'task.submitted': event('A task was accepted.', {
    mode: oneOf(taskModes, 'NOOP, PLAN or APPLY'),
    priority: oneOf(priorities, 'the lane that it waits in'),
    environment: oneOf(environments, 'where it acts'),
    correlationId: said("the submitter's own id"),
    requestHash: hash('the hash of what was asked for'),
  }),
  'task.planned': event('A revision of its plan was made.', {
    revision: count('its number, from 1'),
    planHash: hash('its hash'),
    risk: oneOf(risks, 'the risk that was assessed'),
  }),
  'task.applied': event('What was only planned is to be run.', {
    revision: count('the revision that was planned'),
    planHash: hash('the hash of that plan'),
  }),
  'task.edited': event('Somebody made another plan of it, as its next revision.', {
    revision: revision.describe('the revision that was edited'),
    planHash: hash('the hash of that plan'),
    comment: said('what they said'),
  }),
  'policy.decided': event('Policy judged a revision.', {
    outcome: oneOf(decisionOutcomes, 'ALLOW, REQUIRE_APPROVAL or DENY'),
    rules: z.array(z.string()).readonly().describe('the rules that gave reasons'),
    planHash: hash('the plan that was judged'),
    bundleHash: hash('the policies that judged'),
    inputHash: hash('what they were given'),
  }),
  'approval.requested': event('People are asked.', {
    approvalId: id('the approval request'),
    required: count('how many people must approve'),
    expiresAt: moment('until when they can'),
  }),
  'approval.reviewed': event('Somebody approved, rejected, or asked for changes.', {
    ...approval,
    verdict: oneOf(['APPROVE', 'REJECT', 'REQUEST_CHANGES'], 'APPROVE, REJECT or REQUEST_CHANGES'),
    comment: said('what they said'),
    given: count('how many approvals count now'),
    required: count('how many are asked for'),
  }),
  'approval.withdrawn': event('Somebody took their approval, or their wish for changes, back.', approval),
  'approval.asked': event('Somebody who decides asks the requester.', {
    approvalId: id('the approval request'),
    questionId: id('the question'),
    question: text('what they ask'),
  }),
  'approval.answered': event('The requester answered.', {
    approvalId: id('the approval request'),
    questionId: id('the question'),
    answer: text('the answer'),
  }),
  'approval.resolved': event('A request is open no more.', {
    approvalId: id('the approval request; absent where it expired').exactOptional(),
    revision,
    planHash: hash('the hash of that plan; absent where it expired').exactOptional(),
    status: oneOf(approvalStatuses, 'APPROVED, REJECTED, EXPIRED, SUPERSEDED or CANCELLED'),
    startBy: moment('until when an approved task must have started').exactOptional(),
  }),
  'task.held': event('Approved, and held until the undo window has passed.', {
    ...approval,
    effectiveAt: moment('when it goes on'),
  }),
  'task.queued': event('It waits for a worker.', {
    runId: id('the run'),
    priority: oneOf(priorities, 'the lane that it waits in'),
  }),
  'task.started': event('Its first step started.', { runId: id('the run'), revision }),
  'task.cancelling': event('It ends with the steps in flight.', {
    reason: cancelReason,
    running: names('these steps'),
  }),
  'task.succeeded': event('All steps succeeded, or a PLAN was made.', {
    revision: revision.describe('the revision of the plan that ran; absent for a PLAN').exactOptional(),
  }),
  'task.failed': event('It failed.', ending),
  'task.denied': event('Policy stopped it; `code` and `message` only where a run had begun.', ending),
  'task.rejected': event('Somebody rejected it.', { ...approval, reason: said('what they said') }),
  'task.expired': event('Nobody decided in time, or it could not start in time after that.', ending),
  'task.cancelled': event('It was cancelled.', {
    ...ending,
    reason: said('what whoever cancelled it said')
      .describe('what whoever cancelled it said, or null; absent where a step was in flight')
      .exactOptional(),
  }),
  'task.needs_attention': event('Nobody can know whether a step happened: a person must find out.', {
    ...ending,
    reason: cancelReason.exactOptional(),
  }),
  'task.rolled_back': event('What it did was undone.', ending),
  'run.paused': event('A run stands still: nothing starts, what is in flight finishes.', {
    runId: run,
    cause: oneOf(['PERSON', 'GATE'], 'PERSON or GATE'),
    reason: text('why'),
    running: names('the steps that were in flight'),
  }),
  'run.resumed': event('A paused run goes on, its clocks put on by the time that it stood still.', {
    runId: run,
    reason: text('why'),
    pausedMs: milliseconds('how long it stood still'),
    overridden: names('the gates whose evaluation was overridden, once'),
  }),
  'run.locks_released': event('A person let others change what a run had for itself.', {
    runId: run,
    reason: text('why'),
    names: names('what it had for itself'),
  }),
  'run.rollback_started': event('A run undoes what it did.', {
    runId: run,
    cause: oneOf(['PERSON', 'TRANSACTION', 'GATE'], 'PERSON, TRANSACTION or GATE'),
    reason: text('why'),
    undoes: names('the steps that it undoes as far as is known now, in that order'),
    leaves: names('the steps that were done and that nothing here can undo'),
    unknown: names('the steps of which nobody knows whether they were done'),
  }),
  'plan.superseded': event('The target changed since the plan was made; it is planned again.', ending),
  'step.started': event('An attempt at a step began.', {
    ...step,
    fence: count('what tells this claim from every other'),
    worker: text('who claimed it'),
    actionType: text('the type of its action'),
    queueMs: z.number().describe('how long it had waited, in milliseconds'),
    effect: z
      .strictObject({ number: count('its number'), idempotencyKey: z.string(), requestHash: z.string() })
      .describe(
        '`number`, `idempotencyKey` and `requestHash` of what it is about to do; a rehearsal has none',
      )
      .exactOptional(),
  }),
  'step.held': event('A step waits, for a reason that is none of its own; no attempt is spent.', {
    ...step,
    attempt: count('how many attempts were made so far'),
    rule: text(
      'who says so: a rule of policy, `kill_switch.paused`, an operator (`platform.opened`, `platform.drained`), or a limit of its platform',
    ),
    reason: text('why, in words'),
    until: z.iso.datetime().nullable().describe('until when, or null for until further notice'),
    taskId: id('the task that has what this one changes').exactOptional(),
  }),
  'step.retrying': event('An attempt failed; another follows.', {
    ...attempt,
    nextAttemptAt: moment('when it is tried again'),
  }),
  'step.succeeded': event('A step succeeded.', {
    ...attempt,
    durationMs: milliseconds('how long it took'),
    madeOn: (z.json() as z.ZodType<JsonValue>)
      .describe('where its target had moved meanwhile, with the approved effect unchanged')
      .exactOptional(),
    isNoop: z
      .boolean()
      .describe('whether it was a rehearsal, and its platform was not called')
      .exactOptional(),
  }),
  'step.undone': event('What a step did was undone.', {
    ...step,
    name: text('the name of the step that undid it'),
    undoes: text('the name of the step that was undone'),
    durationMs: milliseconds('how long it took'),
  }),
  'gate.evaluated': event('A gate looked, or could not.', {
    ...step,
    status: oneOf(gateStatuses, 'PASS, FAIL or UNKNOWN'),
    message: text('what it found'),
  }),
  'step.retried': event("A failed step is tried anew, by a person's word.", {
    ...named,
    attempt: count('how many attempts were made so far'),
    reason: text('why'),
  }),
  'step.resolved': event('A person said what came of an effect that nobody could know.', {
    ...named,
    outcome: oneOf(resolutionOutcomes, 'HAPPENED or DID_NOT_HAPPEN'),
    evidence: text('how they know'),
  }),
  'step.failed': event('A step failed for good.', attempt),
  'step.fell_back': event('A step failed and surely did nothing; its fallback takes its place.', {
    ...attempt,
    fallback: text('the name of the step that runs in its place'),
  }),
  'step.needs_attention': event('Nobody can know whether a step happened.', attempt),
  'step.refused': event('A step was stopped before it was done.', attempt),
  'kill_switch.engaged': event('Somebody stopped work at once, or drilled it.', {
    ...killSwitch,
    mode: oneOf(stopModes, 'PAUSE lets what is in flight finish, HALT ends it too'),
    reason: text('why'),
  }),
  'kill_switch.acknowledged': event('A worker knows of a stage of a kill switch.', {
    ...killSwitch,
    epoch: count('which stage it was, from 1'),
    worker: text('the worker'),
    inHand: count('how many of its steps the switch covers'),
  }),
  'kill_switch.release_asked': event(
    'A person asked to release a kill switch; a second one must say the same.',
    {
      ...killSwitch,
      stage: oneOf(releaseStages, 'to which stage'),
      reason: text('why'),
      given: count('how many people said so'),
      required: count('how many must'),
    },
  ),
  'autonomy.set': event('An administrator set how much runs without a person, over what policy says.', {
    environment: oneOf(environments, 'where'),
    agentId: id('whose it is').nullable().describe('whose it is, or null for everybody'),
    level: z.int().min(0).max(4).nullable().describe('0 to 4, or null where it is as policy says again'),
    reason: text('why'),
  }),
  'kill_switch.staged': event('A kill switch was released in part.', {
    ...killSwitch,
    stage: oneOf(releaseStages, 'what goes on: OBSERVE, what only reads; LOW_RISK, what is of low risk too'),
    reason: text('why'),
  }),
  'kill_switch.released': event('A kill switch was released: all goes on.', {
    ...killSwitch,
    stage: oneOf(releaseStages, 'ALL'),
    reason: text('why'),
  }),
  'executor.opened': event(
    "An operator opened a platform: nothing goes out to it for the tenant's work.",
    control,
  ),
  'executor.drained': event(
    'An operator drained a platform: nothing new is begun on it, and what is in flight finishes.',
    control,
  ),
  'executor.closed': event('An operator let a platform go on; its circuit breakers are closed.', control),
  'executor.health_changed': event('All processes together see a platform otherwise than before.', {
    platform: text('its name'),
    previousStatus: oneOf(healthStatuses, 'HEALTHY, DEGRADED or DOWN'),
    currentStatus: oneOf(healthStatuses, 'HEALTHY, DEGRADED or DOWN'),
    circuitBreaker: z
      .strictObject({
        state: oneOf(breakerStates, 'CLOSED, OPEN or HALF_OPEN'),
        failureCount: count('failures in a row'),
      })
      .describe('`state` (CLOSED, OPEN or HALF_OPEN) and `failureCount` of the one in most trouble'),
  }),
  'alert.raised': event('Something needs a look: a lane is long, or a platform is down.', alert),
  'alert.cleared': event('It is well again.', alert),
  'audit.exported': event('Somebody took a copy of the record, or of the evidence of a task.', {
    what: oneOf(['RECORD', 'EVIDENCE'], 'RECORD or EVIDENCE'),
    through: oneOf(['CLI', 'API'], 'CLI or API'),
  }),
  'audit.erased': event(
    'What entries of the record said was taken out of it; that they happened, when and by whom, stays.',
    {
      entries: names('the `seq` of each of them'),
      reason: text('why'),
    },
  ),
  'attempt.refused': event('Somebody tried what they may not do; the same within a minute is counted.', {
    operation: text('what they asked for'),
    code: code.describe('the code of the refusal'),
    count: count('how often, since the last entry of this kind'),
  }),
  'sign_in.failed': event(
    'Somebody came with credentials that nobody has, or that have ended; the same within a minute is counted.',
    {
      door: oneOf(['SESSION', 'API'], 'SESSION for a sign-in link, API for a key or a session'),
      count: count('how often, since the last entry of this kind'),
    },
  ),
  'tenant.created': event('A tenant was added.', { tenantId: id('the tenant'), name: text('its name') }),
  'sign_in_link.created': event('A sign-in link was made.', {
    signInLinkId: id('the link'),
    ...principal,
    expiresAt: moment('until when it works'),
  }),
  'session.started': event('Somebody signed in.', {
    sessionId: id('the session'),
    ...principal,
    expiresAt: moment('until when it lasts'),
  }),
  'session.ended': event('A session ended.', { sessionId: id('the session'), ...principal }),
  'group.created': event('A group of people was made.', {
    groupId: id('the group'),
    name: text('its name'),
  }),
  'principal.created': event('A person, an agent or a service was added.', {
    ...principal,
    type: oneOf(principalTypes, 'HUMAN, AGENT or SERVICE'),
    name: text('its name'),
    roles: z.array(role).readonly().describe('what it may do'),
    ownerId: z.uuid().nullable().describe('the person who answers for it, or null'),
  }),
  'principal.roles_changed': event('Its roles were changed.', {
    ...principal,
    roles: z.array(role).readonly().describe('what it may do now'),
    rolesBefore: z.array(role).readonly().describe('what it could do'),
  }),
  'principal.groups_changed': event('It was put into a group of people, or taken out of one.', {
    ...principal,
    groups: names('its groups now'),
    groupsBefore: names('its groups before'),
  }),
  'principal.disabled': event('It may not act any more.', principal),
  'principal.enabled': event('It may act again.', principal),
  'api_key.created': event('An API key was made.', {
    ...key,
    decidesIn: z.array(z.enum(environments)).readonly().describe('the environments where it decides'),
    expiresAt: z.iso.datetime().nullable().describe('until when it works, or null'),
  }),
  'api_key.revoked': event('An API key was revoked.', key),
} as const;

export type EventType = keyof typeof eventPayloads;

/** What the `data` of an event of this type carries. */
export type EventPayload<Type extends EventType> = Readonly<z.output<(typeof eventPayloads)[Type]>>;

/** A monitor filters by these words. */
export const eventTypes = Object.keys(eventPayloads) as EventType[];
