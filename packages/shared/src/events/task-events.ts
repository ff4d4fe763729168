import { z } from 'zod';
import { environments, feedbackOutcomes, priorities, risks, taskModes } from '../index.ts';
import {
  approval,
  code,
  count,
  event,
  hash,
  id,
  json,
  milliseconds,
  moment,
  names,
  oneOf,
  revision,
  said,
  text,
} from './fields.ts';

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
const ending = {
  revision: revision.describe('the revision of the plan that ran').exactOptional(),
  code: code.exactOptional(),
  message: text('why, in words').exactOptional(),
};
const cancelReason = said('what whoever cancelled it said');

/** What becomes of a task from its submission to its end, and how a goal is planned. */
export const taskEvents = {
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
  'planning.started': event('A specialist began to plan its goal.', {
    ...specialist,
    taskType: text('what kind of task it is'),
    tries: count('how often it was begun'),
  }),
  'planning.tool_called': event('A tool was called for its plan. It only reads.', {
    tool: text('the name of the tool'),
    input: json('what it was asked; empty where that was too long'),
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
  'plan.superseded': event('The target changed since the plan was made; it is planned again.', ending),
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
} as const;
