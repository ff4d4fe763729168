import { environments, priorities, sourceKinds, sourceTrusts, taskModes } from '@countersign/shared';
import { z } from 'zod';
import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import { defaultRetryPolicy } from '../../domain/retry.ts';
import type { TaskRequest } from '../../domain/task.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';
import type { PrepareActions, PreparedWorkflow } from '../../platforms/index.ts';
import { filterId, list, orElse, text, withDefault, words } from '../inputs.ts';
import {
  action,
  actionOf,
  faultsOfGates,
  faultsOfSoaks,
  name,
  params,
  submissionLimits,
  wholeActions,
} from './action-input.ts';

const retryInput = z
  .strictObject({
    maxRetries: orElse(z.int().min(0).max(10), defaultRetryPolicy.maxRetries).describe(
      'Tries after the first, 0 to 10; 3 by default.',
    ),
    initialDelayMs: orElse(z.int().min(0).max(600_000), defaultRetryPolicy.initialDelayMs).describe(
      'The ceiling of the first wait in milliseconds; 1,000 by default.',
    ),
    backoffMultiplier: orElse(z.number().min(1).max(10), defaultRetryPolicy.backoffMultiplier).describe(
      'What each further ceiling is multiplied by; 2 by default.',
    ),
    maxDelayMs: orElse(z.int().min(0).max(3_600_000), defaultRetryPolicy.maxDelayMs).describe(
      'The highest ceiling in milliseconds; 30,000 by default.',
    ),
  })
  .meta({
    id: 'RetryPolicyInput',
    description: 'How a step is tried again after a retriable failure. Waits have full jitter.',
  });

const sourceInput = z
  .strictObject({
    kind: z.enum(sourceKinds).describe('What it is.'),
    reference: words(500).describe(
      'Where it can be looked up: an address, a sender, the name of a tool; at most 500 characters.',
    ),
    trust: withDefault(z.enum(sourceTrusts), 'OUTSIDE', 'Whether anybody outside could have written it.'),
  })
  .meta({ id: 'TaskSourceInput', description: 'Content that led to the submission.' });

/** Each as it is kept: it came with the submission, and not by another task. */
const sources = list(sourceInput, 20).transform((given) => given.map((source) => ({ ...source, via: null })));

/** An entry for each field that callers give; left out, it is what stands there. */
export const submission = z
  .strictObject({
    idempotencyKey: z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
      .describe(
        'Your own key, 1 to 255 visible ASCII characters: the same key with the same body gives the same task.',
      ),
    goal: words(submissionLimits.goal).describe('What it is for, at most 4,000 characters.'),
    actions: orElse(list(action, submissionLimits.actions), []).describe(
      'What to do, at most 100 actions; left out, an agent plans the goal.',
    ),
    mode: withDefault(z.enum(taskModes), 'APPLY', 'Whether it runs.'),
    priority: withDefault(
      z.enum(priorities),
      'NORMAL',
      'Which lane it waits in. CRITICAL needs the operator role.',
    ),
    environment: withDefault(z.enum(environments), 'DEVELOPMENT', 'Where the change lands.'),
    justification: orElse(text(4_000), null).describe('Why you need it; policy may ask for it.'),
    requiresApproval: orElse(z.boolean(), false).describe(
      'True asks for a person even where policy would not. False loosens nothing.',
    ),
    correlationId: orElse(
      z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"'),
      null,
    ).describe('Your own id for what belongs together: 1 to 64 letters, digits, - or _.'),
    source: orElse(text(128), null).describe('Where the submission comes from, at most 128 characters.'),
    tags: orElse(list(words(64), 50), []).describe('Your own labels, at most 50.'),
    timeoutMs: orElse(z.int().min(1).max(submissionLimits.timeoutMs), null).describe(
      'Milliseconds the whole run may take, at most a day; then what is in flight is aborted.',
    ),
    retry: orElse(retryInput, defaultRetryPolicy).describe('How steps are tried again.'),
    transactional: orElse(z.boolean(), false).describe(
      'True undoes what was done where a step fails; what cannot be undone is listed beforehand.',
    ),
    agent: orElse(name, null).describe(
      'Who is to plan a goal that comes without actions: the name of a specialist (see specialists); left out, its words decide.',
    ),
    context: orElse(params, null).describe(
      'What whoever plans the goal may want to know: {"fleet_size":100}. Only without actions.',
    ),
    parentTaskId: orElse(filterId, null).describe(
      'The task that this one is a part of. Each shows the other.',
    ),
    sources: orElse(sources, []).describe(
      'Content that it rests on, at most 20: what anybody outside could have written asks for a person, and so does what is submitted for the same parent later.',
    ),
  } satisfies Record<keyof TaskRequest, z.ZodType>)
  .meta({ id: 'ExecuteTaskInput', description: 'A submission.' });

export type SubmissionInput = z.input<typeof submission>;

export interface ReadSubmission {
  readonly request: TaskRequest;
  readonly workflow: PreparedWorkflow;
}

/** Reads a submission and fills in defaults. Every fault is told at once: of its shape and of all its actions. */
export const readSubmission = (input: unknown, prepareActions: PrepareActions): Outcome<ReadSubmission> => {
  const read = readInput(submission, input);
  if (!read.ok) {
    const faults = read.faults.map(({ keys, message }) => ({ path: pathOf(keys), message }));
    // Where the environment is not known, what it asks for is told another time.
    return refused(invalidInput([...faults, ...prepareActions(wholeActions(input), 'DEVELOPMENT').faults]));
  }
  const { value: given } = read;
  const request: TaskRequest = { ...given, actions: given.actions.map(actionOf) };
  if (request.actions.length > 0 && (request.agent ?? request.context)) {
    const faults = (['agent', 'context'] as const).flatMap((path) =>
      request[path] ? [{ path, message: 'is for a goal without actions' }] : [],
    );
    return refused(invalidInput(faults));
  }
  const { workflow, faults } = prepareActions(request.actions, request.environment);
  const { actions, timeoutMs } = request;
  const all = [...faults, ...faultsOfGates(actions), ...faultsOfSoaks(actions, timeoutMs)];
  return all.length > 0 ? refused(invalidInput(all)) : accepted({ request, workflow });
};
