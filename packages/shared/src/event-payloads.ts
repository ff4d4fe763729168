import { z } from 'zod';
import {
  alertKinds,
  approvalStatuses,
  breakerStates,
  decisionOutcomes,
  environments,
  feedbackOutcomes,
  gateStatuses,
  healthStatuses,
  principalTypes,
  priorities,
  resolutionOutcomes,
  risks,
  releaseStages,
  roles,
  stepUpFailures,
  stopModes,
  stopScopes,
  sourceKinds,
  sourceTrusts,
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
const specialist = {
  agent: text('the specialist'),
  planner: text('`scripted`, or the model'),
};
const tokens = (words: string) => count(`tokens ${words}`);
const cost = z
  .int()
  .min(0)
  .nullable()
  .describe("millionths of a dollar, or null where the model's price is not known");
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
const delegation = {
  principalId: id('who decides'),
  delegationId: id('the delegation'),
  fromId: id('who is away'),
  startsAt: moment('from when'),
  endsAt: moment('until when'),
};
const passkey = { principalId: id('whose it is'), passkeyId: id('the passkey') };
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
const policyVersion = {
  versionId: id('the version'),
  number: count('its number in the tenant, from 1'),
  bundleHash: hash('the hash of its rules and data'),
};
const flips = {
  flips: count('how many of the last decisions come out otherwise by it'),
  decisions: count('how many of them were looked at'),
};
const quarantined = {
  quarantineId: id('the quarantine'),
  kind: z.enum(sourceKinds).nullable().describe('WEB, MAIL, MESSAGE, FILE or TOOL, or null for any'),
  reference: text('the pattern of the sources'),
  reason: text('why'),
};
const control = { platform: text('its name'), reason: text('why') };
const grant = { grantId: id('the grant'), reason: text('why') };
const alert = {
  kind: oneOf(alertKinds, 'QUEUE_DEPTH, EXECUTOR_DOWN or RETENTION_BEHIND'),
  subject: text('the lane, or the platform'),
  message: text('what was seen when it was raised'),
  since: moment('when it was raised'),
};

const webhook = {
  webhookId: id('the webhook'),
  name: text('its name'),
  origin: text('where it is: scheme, host and port'),
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
  'task.part_refused': event('Somebody refused some of its actions; the others are its next revision.', {
    revision: revision.describe('the revision that people were asked about'),
    planHash: hash('the hash of that plan'),
    refused: names('the actions that were refused'),
    reason: text('why'),
  }),
  'policy.decided': event('Policy judged a revision.', {
    outcome: oneOf(decisionOutcomes, 'ALLOW, REQUIRE_APPROVAL or DENY'),
    rules: z.array(z.string()).readonly().describe('the rules that gave reasons'),
    planHash: hash('the plan that was judged'),
    bundleHash: hash('the policies that judged'),
    inputHash: hash('what they were given'),
    score: count('the quality score, 0 to 100; absent where nobody was scored').exactOptional(),
    grantId: id('the standing grant without which people would be asked').exactOptional(),
  }),
  'approval.requested': event('People are asked.', {
    approvalId: id('the approval request'),
    required: count('how many people must approve'),
    expiresAt: moment('until when they can'),
  }),
  'approval.link_created': event('A person was given a link with which they decide once.', {
    ...approval,
    linkId: id('the link'),
    principalId: id('whom it stands for'),
    expiresAt: moment('until when it can be used'),
  }),
  'approval.reviewed': event('Somebody approved, rejected, or asked for changes.', {
    ...approval,
    verdict: oneOf(['APPROVE', 'REJECT', 'REQUEST_CHANGES'], 'APPROVE, REJECT or REQUEST_CHANGES'),
    comment: said('what they said'),
    standsFor: z
      .array(z.uuid())
      .readonly()
      .describe("in whose place they decide too; absent where in nobody's")
      .exactOptional(),
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
  'approval.reminded': event('Nobody decided yet, and those who are asked are reminded.', {
    ...approval,
    groups: names('the groups that are asked; none where anybody is who may decide'),
    expiresAt: moment('until when they can decide'),
  }),
  'approval.escalated': event('Nobody decided yet, and more people may decide from now on.', {
    ...approval,
    group: text('the group that may decide as well'),
    expiresAt: moment('until when they can decide'),
  }),
  'approval.stale': event('What an open request would change is not as its plan found it.', {
    ...approval,
    reason: text('what has moved, in words'),
    steps: names('the steps whose targets have moved'),
  }),
  'approval.fresh': event('What a request would change is as its plan found it again.', approval),
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
  'planning.started': event('A specialist began to plan its goal.', {
    ...specialist,
    taskType: text('what kind of task it is'),
    tries: count('how often it was begun'),
  }),
  'planning.tool_called': event('A tool was called for its plan. It only reads.', {
    tool: text('the name of the tool'),
    input: (z.json() as z.ZodType<JsonValue>).describe('what it was asked; empty where that was too long'),
    outputDigest: said('SHA-256 of what it answered'),
    source: z
      .strictObject({
        name: text('what the answer rests on'),
        asOf: said('how old that is'),
        isOutside: z.boolean().describe('whether somebody outside could have written it'),
      })
      .nullable()
      .describe('where the answer is from, or null'),
    citation: said('what it answered, in a sentence'),
    durationMs: milliseconds('how long it took'),
    failure: said('why it gave no answer'),
  }),
  'planning.model_called': event('A language model was asked for its plan.', {
    model: text('which model'),
    inputTokens: tokens('read'),
    outputTokens: tokens('written'),
    costMicros: cost,
    failure: said('why it gave no answer'),
  }),
  'planning.finished': event(
    'Its specialist proposed actions; they are planned and decided like any others.',
    {
      ...specialist,
      actions: count('how many actions'),
      toolCalls: count('how many tools were called'),
      inputTokens: tokens('read'),
      outputTokens: tokens('written'),
      costMicros: cost,
    },
  ),
  'planning.refused': event('Its specialist could not plan the goal, and says what is missing.', {
    agent: specialist.agent,
    code: code.exactOptional(),
    message: text('what is missing'),
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
  'feedback.given': event('Somebody said what a task came to, or said it anew.', {
    feedbackId: id('the feedback'),
    outcome: oneOf(feedbackOutcomes, 'SUCCESS, FAILURE or MODIFIED'),
    executionQuality: z.int().min(1).max(5).describe('1 to 5'),
    isOwn: z.boolean().describe('whether it is of those whose own work it is'),
    notes: said('what they said'),
    before: z
      .strictObject({
        outcome: oneOf(feedbackOutcomes, 'SUCCESS, FAILURE or MODIFIED'),
        executionQuality: z.int(),
      })
      .nullable()
      .describe('`outcome` and `executionQuality` that it takes the place of, or null'),
    moves: z
      .strictObject({ rated: z.int(), stars: z.int(), faults: z.int() })
      .describe(
        'by how much it moves the record of whoever submitted the task: `rated`, `stars` and `faults`',
      ),
  }),
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
  'run.rollback_under_stop': event('Somebody chose that a run is undone although its work is stopped.', {
    runId: run,
    reason: text('why'),
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
      endsAt: moment('until when this word counts').exactOptional(),
    },
  ),
  'autonomy.set': event('An administrator set how much runs without a person, over what policy says.', {
    environment: oneOf(environments, 'where'),
    agentId: id('whose it is').nullable().describe('whose it is, or null for everybody'),
    level: z.int().min(0).max(4).nullable().describe('0 to 4, or null where it is as policy says again'),
    reason: text('why'),
  }),
  'grant.created': event(
    'A person made a standing grant: changes of one kind run without being asked about.',
    {
      ...grant,
      actionType: text('the type of action that it covers'),
      agentId: id('whose changes it covers'),
      environment: oneOf(environments, 'where'),
      target: text('the pattern of the targets that it covers'),
      maxRisk: oneOf(risks, 'the most risk that it covers'),
      uses: count('how many changes it covers'),
      expiresAt: moment('until when it covers any'),
      required: count('how many people make it'),
    },
  ),
  'grant.approved': event('A second person approved a standing grant: it holds now.', {
    grantId: id('the grant'),
  }),
  'grant.used': event('A standing grant let a task through without asking people.', {
    grantId: id('the grant'),
    revision: count('the revision of the task'),
    planHash: hash('the hash of its plan'),
    takes: count('how many uses that took'),
    number: count('how many are taken with them'),
    uses: count('of how many'),
  }),
  'grant.suspended': event(
    'A standing grant lets nothing through any more, until a person resumes it: something that it let through went wrong.',
    grant,
  ),
  'grant.resume_asked': event(
    'A person asked to let a suspended grant hold again, and a second one has to.',
    grant,
  ),
  'grant.resumed': event('A person let a suspended grant hold again.', grant),
  'grant.revoked': event('A person ended a standing grant.', grant),
  'policy.drafted': event('Somebody brought rules or data that may decide once they are published.', {
    ...policyVersion,
    signedBy: said('the key that signed its rules'),
    isPassed: z.boolean().describe('whether its check found no fault'),
  }),
  'policy.discarded': event('A version of the policy is not to be published.', policyVersion),
  'policy.shadowed': event('A version is evaluated beside what decides, or not any more.', {
    ...policyVersion,
    isOn: z.boolean().describe('whether it is'),
  }),
  'policy.simulation_started': event('A version is run over recorded decisions.', {
    ...policyVersion,
    simulationId: id('the simulation'),
    decisions: count('how many decisions it looks at'),
  }),
  'policy.simulation_ended': event('A version was run over recorded decisions.', {
    versionId: id('the version'),
    simulationId: id('the simulation'),
    state: oneOf(['DONE', 'CANCELLED', 'FAILED'], 'DONE, CANCELLED or FAILED'),
    ...flips,
  }),
  'policy.publish_asked': event(
    'A person asked to publish a version that flips more than the budget; a second one must say the same.',
    {
      ...policyVersion,
      reason: text('why'),
      ...flips,
      given: count('how many people said so'),
      required: count('how many must'),
    },
  ),
  'policy.published': event('A version decides from now on.', {
    ...policyVersion,
    reason: text('why'),
    ...flips,
    previousBundleHash: hash('what decided before'),
  }),
  'policy.rolled_back': event('What decided before decides again.', {
    versionId: id('the version')
      .nullable()
      .describe('the version, or null for the files of the installation'),
    bundleHash: said('the hash of its rules and data'),
    previousBundleHash: hash('what decided before'),
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
  'source.quarantined': event('A person keeps everything that rests on a source from going on.', quarantined),
  'source.released': event('A person lets what rests on a source go on.', quarantined),
  'data.imported': event('Data was taken in: assets, or a catalogue, from a file or a platform.', {
    importId: id('the import'),
    dataSet: text('INVENTORY, VULNERABILITY, CONTROL, CHARGE, LOG, IMAGE, API or TERRAFORM_PLAN'),
    source: text('who it is from'),
    rows: count('the rows of the file'),
    added: count('of them new'),
    changed: count('of them other than before'),
    retired: count('rows that stood before and are over'),
    trust: oneOf(sourceTrusts, 'whether anybody outside could have written it'),
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
  'audit.archived': event(
    'Old entries of the record were written to a file and verified there; the log loses them after this.',
    {
      number: count('which archive of the tenant'),
      entries: count('how many entries'),
      from: text('the place in the log from which on it holds them'),
      to: text('the `seq` of the last of them'),
      root: text('of the sealed tree with them'),
      file: text('the name of the file, below the archive folder'),
      sha256: text('of the file'),
    },
  ),
  'legal_hold.placed': event(
    'A person keeps what belongs to a task, or to the whole tenant, from being erased and removed.',
    { holdId: id('the hold'), reason: text('why') },
  ),
  'legal_hold.released': event('A person lets what was held go by its time again.', {
    holdId: id('the hold'),
    reason: text('why'),
  }),
  'audit.key_rotated': event('From now on another key seals the record.', {
    from: text('the id of the key before'),
    to: text('the id of the key that seals from now on'),
    isSigned: z.boolean().describe('whether the key before was there and signed for the next'),
    signature: text('of the key before over the next, in base64; left out where it was lost').exactOptional(),
    reason: text('why'),
  }),
  'backup.taken': event(
    'Somebody takes a backup of the whole installation; written before its first byte is.',
    { backupId: id('the backup'), through: oneOf(['CLI', 'API'], 'CLI or API') },
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
  'group.renamed': event('A group of people has another name.', {
    groupId: id('the group'),
    name: text('its name now'),
    nameBefore: text('its name before'),
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
  'principal.delegated': event('Somebody decides in the place of somebody who is away.', delegation),
  'principal.delegation_ended': event('A delegation was ended before its time.', delegation),
  'principal.disabled': event('It may not act any more.', principal),
  'principal.enabled': event('It may act again.', principal),
  'passkey.added': event('A person added a passkey.', { ...passkey, name: text('how they call it') }),
  'passkey.removed': event('A passkey was removed: nothing is proven with it any more.', {
    ...passkey,
    left: count('how many they have left'),
  }),
  'passkey.step_up_failed': event('What was to be an answer of a passkey did not hold.', {
    principalId: id('whose passkey was asked'),
    passkeyId: id('the passkey that is named').nullable(),
    reason: oneOf(stepUpFailures, 'what was wrong'),
  }),
  'api_key.created': event('An API key was made.', {
    ...key,
    decidesIn: z.array(z.enum(environments)).readonly().describe('the environments where it decides'),
    expiresAt: z.iso.datetime().nullable().describe('until when it works, or null'),
  }),
  'api_key.revoked': event('An API key was revoked.', key),
  'principal.slack_linked': event('A Slack user decides as a person from now on, or not any more.', {
    ...principal,
    slackUserId: said('the id of the Slack user'),
  }),
  'webhook.created': event('An administrator has events sent to an address.', {
    ...webhook,
    types: names('the events'),
  }),
  'webhook.updated': event('An administrator changed a webhook, or let it go on.', {
    ...webhook,
    types: names('the events'),
  }),
  'webhook.secret_rotated': event('A webhook has another secret; for a day both sign.', {
    ...webhook,
    bothUntil: moment('until when the one before signs too'),
  }),
  'webhook.deleted': event('Nothing is sent to an address any more.', webhook),
  'webhook.disabled': event('A webhook took nothing for so long that nothing is sent to it any more.', {
    ...webhook,
    failingSince: moment('since when it took nothing'),
    reason: text('how the last try ended'),
  }),
  'webhook.redriven': event('Deliveries that were given up are tried anew.', {
    ...webhook,
    deliveries: count('how many'),
  }),
} as const;

export type EventType = keyof typeof eventPayloads;

/** What the `data` of an event of this type carries. */
export type EventPayload<Type extends EventType> = Readonly<z.output<(typeof eventPayloads)[Type]>>;

/** A monitor filters by these words. */
export const eventTypes = Object.keys(eventPayloads) as EventType[];
