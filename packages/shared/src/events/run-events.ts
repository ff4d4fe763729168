import { z } from 'zod';
import { gateStatuses, resolutionOutcomes } from '../index.ts';
import { code, count, event, id, json, milliseconds, moment, names, oneOf, text } from './fields.ts';

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
const named = { stepId: id('the step'), name: text('its name') };

/** What a run, its steps and its gates come to. */
export const runEvents = {
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
  }),
  'step.retrying': event('An attempt failed; another follows.', {
    ...attempt,
    nextAttemptAt: moment('when it is tried again'),
  }),
  'step.succeeded': event('A step succeeded.', {
    ...attempt,
    durationMs: milliseconds('how long it took'),
    madeOn: json('where its target had moved meanwhile, with the approved effect unchanged').exactOptional(),
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
  'gate.evaluated': event('A gate looked, or could not.', {
    ...step,
    status: oneOf(gateStatuses, 'PASS, FAIL or UNKNOWN'),
    message: text('what it found'),
  }),
} as const;
