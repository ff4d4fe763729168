import {
  approvalStatuses,
  priorities,
  risks,
  runStatuses,
  stepKinds,
  stepStates,
  taskStatuses,
} from '@countersign/shared';
import type { Table, Victim } from './change.ts';
import {
  ago,
  anotherHash,
  anotherRevision,
  anotherTenant,
  anyId,
  anyJson,
  anyText,
  anyTime,
  either,
  named,
  noValue,
  oneOf,
  someJson,
  toCome,
  wholeNumber,
  type Values,
} from './values.ts';

/** What comes of an approved task where somebody writes a value into a column of its record. */
export interface ColumnRule {
  /** Nothing runs. */
  readonly stops?: Values;
  /** Nothing runs before the task is released; after that, what was approved does. */
  readonly stopsWhileHeld?: Values;
  /** What was approved runs, and nothing else: the column says nothing about that. */
  readonly spares?: Values;
  /** Where it stops, nobody finds the task or its step any more. */
  readonly leavesItLying?: boolean;
  /** Changed in ways of its own. */
  readonly isTheDocument?: boolean;
}

const identity: ColumnRule = { spares: anyId };
const time: ColumnRule = { spares: anyTime };
const text: ColumnRule = { spares: anyText };
const tenant: ColumnRule = { stops: anotherTenant };
const hash: ColumnRule = { stops: anotherHash };
const revision: ColumnRule = { stops: anotherRevision, leavesItLying: true };
const lost: ColumnRule = { stops: anyId, leavesItLying: true };

const allBut = <Word extends string>(words: readonly Word[], ...without: readonly Word[]): Values =>
  oneOf(...words.filter((word) => !without.includes(word)));

const anotherRisk = named(
  Object.fromEntries(
    [1, 2, 3].map((steps) => [
      `${steps} away from its risk`,
      ({ risk }: Victim) => risks[((risks as readonly string[]).indexOf(risk) + steps) % risks.length],
    ]),
  ),
);

const aPresentation = named({
  'without a summary of its first step': () => '{"riskFactors":[],"steps":[]}',
  'of nothing': () => '{"riskFactors":[],"steps":[{},{}]}',
});

/** Every column of what is recorded about an approved task. */
export const columnRules: Readonly<Record<Table, Readonly<Record<string, ColumnRule>>>> = {
  task: {
    id: lost,
    tenant_id: tenant,
    submitted_by_id: {
      stops: either(
        anyId,
        named({ 'the approver': (v) => v.approverId, "the agent's owner": (v) => v.ownerId }),
      ),
    },
    hand_ids: {
      stops: named({ 'the approver': (v) => [v.approverId] }),
      spares: named({ nobody: () => [], 'another approver': (v) => [v.secondApproverId] }),
    },
    idempotency_key: identity,
    request_hash: text,
    goal: text,
    actions: { spares: someJson },
    steps_asked: { spares: wholeNumber(1, 1_000) },
    mode: { stops: oneOf('NOOP', 'PLAN') },
    priority: { spares: oneOf(...priorities) },
    environment: { stops: oneOf('DEVELOPMENT', 'STAGING') },
    justification: text,
    requires_approval: { spares: oneOf(false) },
    correlation_id: text,
    source: text,
    tags: { spares: oneOf([], ['forged']) },
    timeout_ms: { spares: either(noValue, wholeNumber(1, 1_000)) },
    retry: { spares: anyJson },
    transactional: { spares: oneOf(true) },
    parent_task_id: identity,
    sources: { spares: someJson },
    agent: text,
    context: { spares: someJson },
    apply_key: text,
    // One that is HELD is released again: it runs once, as it was approved.
    status: { stops: allBut(taskStatuses, 'QUEUED', 'RUNNING', 'HELD'), leavesItLying: true },
    revision,
    plan_hash: hash,
    risk: { stops: anotherRisk },
    error: { spares: anyJson },
    traceparent: text,
    created_at: time,
    updated_at: time,
    started_at: time,
    finished_at: time,
  },
  plan: {
    id: identity,
    tenant_id: tenant,
    task_id: lost,
    revision,
    hash,
    document: { isTheDocument: true },
    // Of a plan that is not encrypted there is none.
    outline: { stops: someJson },
    presentation: { stopsWhileHeld: aPresentation },
    summary: { stopsWhileHeld: anyText },
    risk: { spares: anotherRisk },
    likeness: text,
    kind: text,
    created_at: time,
  },
  policy_decision: {
    id: identity,
    tenant_id: tenant,
    task_id: lost,
    revision,
    plan_hash: hash,
    outcome: { stops: oneOf('DENY'), spares: oneOf('ALLOW') },
    reasons: { spares: anyJson },
    bundle_hash: text,
    input: { spares: anyJson },
    input_hash: text,
    context: { spares: anyJson },
    holds: { spares: anyJson },
    decided_at: time,
  },
  approval_request: {
    id: lost,
    tenant_id: tenant,
    task_id: lost,
    revision,
    plan_hash: hash,
    status: { stops: allBut(approvalStatuses, 'APPROVED') },
    required: { stops: wholeNumber(2, 100), spares: wholeNumber(-1, 1) },
    stages: {
      stops: named({
        'a group that nobody is in': () => '[{"name":"","needs":[{"group":"nobody","required":1}]}]',
        'one more stage': () =>
          '[{"name":"","needs":[{"group":null,"required":1}]},{"name":"","needs":[{"group":null,"required":1}]}]',
      }),
      spares: named({ 'what is asked anyway': () => '[{"name":"","needs":[{"group":null,"required":1}]}]' }),
    },
    veto_groups: { spares: oneOf([], ['nobody']) },
    undo_window_ms: { stops: wholeNumber(1_000_000, 10_000_000), spares: oneOf(0) },
    start_within_ms: { spares: wholeNumber(0, 1_000_000) },
    risk: { spares: anotherRisk },
    environment: { spares: oneOf('DEVELOPMENT') },
    rank: { spares: wholeNumber(0, 100) },
    excluded_ids: {
      stops: named({
        nobody: () => [],
        "the agent's owner alone": (v) => [v.ownerId],
        'the approver too': (v) => [v.requesterId, v.ownerId, v.approverId],
      }),
      spares: named({ 'another person too': (v) => [v.requesterId, v.ownerId, v.secondApproverId] }),
    },
    edited_by_id: identity,
    may_editor_approve: { spares: oneOf(true) },
    remind_after_ms: { spares: anyJson },
    reminders_sent: { spares: wholeNumber(0, 100) },
    escalate_after_ms: { spares: either(noValue, wholeNumber(0, 100)) },
    escalate_to: text,
    escalated_at: { spares: anyTime },
    next_turn_at: time,
    created_at: time,
    // Before the votes, so that they came too late.
    expires_at: { stops: ago(3_600_000), spares: toCome },
    effective_at: { stops: either(noValue, toCome), spares: ago(), leavesItLying: true },
    resolved_at: time,
    stale_since: time,
    // The approver has no passkey.
    step_up: { stops: oneOf('REQUIRED'), spares: oneOf('WHERE_REGISTERED') },
    stale_reason: text,
  },
  review: {
    id: identity,
    tenant_id: tenant,
    approval_id: lost,
    plan_hash: hash,
    reviewer_id: {
      stops: either(
        anyId,
        named({ 'the requester': (v) => v.requesterId, "the agent's owner": (v) => v.ownerId }),
      ),
      spares: named({ 'another approver': (v) => v.secondApproverId }),
    },
    // One approval is asked for: whose hand it is says something beside another.
    hand_ids: { spares: named({ 'another approver': (v) => [v.secondApproverId] }) },
    maker_ids: { spares: named({ 'another approver': (v) => [v.secondApproverId] }) },
    stands_for_ids: { spares: named({ 'another approver': (v) => [v.secondApproverId] }) },
    verdict: { stops: oneOf('REJECT', 'WITHDRAW') },
    stage: { stops: wholeNumber(2, 100) },
    comment: text,
    considered_ms: { spares: either(noValue, wholeNumber(0, 1_000)) },
    has_viewed: { spares: oneOf(true, false) },
    idempotency_key: text,
    // Nobody was asked for a passkey.
    passkey_id: identity,
    step_up_id: identity,
    at: { spares: ago() },
  },
  run: {
    id: lost,
    tenant_id: tenant,
    task_id: lost,
    revision,
    plan_hash: hash,
    status: { spares: oneOf(...runStatuses) },
    created_at: time,
    started_at: time,
    finished_at: time,
    deadline_at: { stops: ago(), spares: either(noValue, toCome) },
    cancel_requested_at: { stops: anyTime, leavesItLying: true },
    pause: { stops: someJson, leavesItLying: true },
    rollback: { stops: someJson },
  },
  step: {
    id: identity,
    tenant_id: tenant,
    run_id: lost,
    task_id: lost,
    name: { stops: either(anyText, oneOf('First', 'first ')) },
    kind: { stops: allBut(stepKinds, 'ACTION') },
    undoes: text,
    fallback_for: { stops: anyText },
    ordinal: { stops: wholeNumber(1, 1_000) },
    phase: { spares: wholeNumber(-1, 1_000) },
    action_type: { stops: either(anyText, oneOf('noop.run@1', 'noop.record@2', 'noop.record')) },
    platform: text,
    lane: { spares: oneOf(...priorities) },
    depends_on: { spares: oneOf(['second'], ['nothing']) },
    state: { stops: allBut(stepStates, 'READY'), leavesItLying: true },
    attempt: { spares: wholeNumber(0, 3) },
    max_attempts: { spares: wholeNumber(1, 1_000) },
    attempts_before: { spares: wholeNumber(0, 1_000) },
    looks: { spares: wholeNumber(0, 1_000) },
    fence: { spares: wholeNumber(0, 1_000_000) },
    lease_until: time,
    worker: text,
    dispatch_epoch: { spares: wholeNumber(0, 1_000) },
    dispatched_at: { spares: ago() },
    next_attempt_at: { stops: toCome, spares: ago(), leavesItLying: true },
    ready_at: time,
    started_at: time,
    finished_at: time,
    output: { spares: anyJson },
    error: { spares: anyJson },
    hold: { spares: anyJson },
    gate: { spares: anyJson },
    resolution: { spares: anyJson },
    stands_on: { spares: anyJson },
  },
};
