import {
  environments,
  gateReactions,
  longestGoal,
  priorities,
  sourceKinds,
  sourceTrusts,
  taskModes,
  visibleText,
} from '@countersign/shared';
import { z } from 'zod';
import { expectationFaults } from '../../domain/expectation.ts';
import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import { jsonFault, type JsonObject } from '../../domain/json.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { defaultRetryPolicy } from '../../domain/retry.ts';
import type { ActionRequest, FallbackRequest, TaskRequest } from '../../domain/task.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';
import type { PrepareActions, PreparedWorkflow } from '../../platforms/index.ts';
import { rolloutLimits, type RolloutRequest } from '../../domain/rollout.ts';
import { filterId, list, text } from '../inputs.ts';

/** Bounds of a submission. Characters are UTF-16 code units, times are milliseconds. */
export const submissionLimits = {
  goal: longestGoal,
  actions: 100,
  paramsBytes: 1_000_000,
  paramsDepth: 16,
  paramsValues: 50_000,
  /** Of an action with targets: its params once for each of them, and what each adds. */
  targetsBytes: 4_000_000,
  timeoutMs: 24 * 60 * 60 * 1_000,
} as const;

const words = (max: number) => text(max).refine((value) => visibleText(value) !== '', 'must say something');

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Looked at before anything recursive sees it. */
const params = z
  .custom<JsonObject>(isObject, { error: 'must be an object', abort: true })
  .superRefine((value, context) => {
    const fault = jsonFault(value, {
      depth: submissionLimits.paramsDepth,
      values: submissionLimits.paramsValues,
    });
    if (fault) {
      context.addIssue({ code: 'custom', path: [...fault.path], message: fault.message });
    } else if (JSON.stringify(value).length > submissionLimits.paramsBytes) {
      const message = `must be at most ${submissionLimits.paramsBytes} characters of JSON`;
      context.addIssue({ code: 'custom', message });
    }
  });

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"');

const gateInput = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .max(128)
      .describe('An action type that only reads: kubernetes.deployment.status.'),
    params: params.describe(
      "An object that fits the action type's inputSchema; each target's own params are merged over it, those that the type knows.",
    ),
    expect: params.describe(
      'JSON Schema of the output that lets the rollout go on: {"required":["ready"],"properties":{"ready":{"minimum":1}}}.',
    ),
    onFail: z.enum(gateReactions).nullish().meta({
      default: 'PAUSE',
      description: 'What happens where a gate fails: people are asked, or what was done is undone.',
    }),
  })
  .meta({
    id: 'GateInput',
    description: 'What looks at each target of a phase before the next phase begins.',
  });

const whole = (least: number, most: number) => z.int().min(least).max(most);

const rolloutInput = z
  .strictObject({
    canary: whole(1, rolloutLimits.targets)
      .nullish()
      .meta({ default: 1, description: 'Targets of the first phase, which is called Canary.' }),
    batchPercent: whole(1, 100).nullish().meta({
      default: 20,
      description:
        'Of all targets, how many each later phase holds at most: Wave 1, Wave 2 … At most 20 in production, and 100 targets everywhere.',
    }),
    soakMs: whole(0, submissionLimits.timeoutMs).nullish().meta({
      default: 0,
      description: "Milliseconds from the end of a phase's last step until its gates look.",
    }),
    errorBudget: whole(0, rolloutLimits.targets).nullish().meta({
      default: 0,
      description: 'How many gates of a phase may fail, and the rollout goes on; never all of them.',
    }),
    gate: gateInput
      .nullish()
      .describe('What looks at each target; left out, each phase that succeeded lets the next begin.'),
  })
  .meta({ id: 'RolloutInput', description: 'How an action goes over its targets: a canary, then waves.' });

const tryTimeoutMs = whole(100, submissionLimits.timeoutMs)
  .nullish()
  .describe(
    "Milliseconds each try may take, from 100 to the action type's own bound (see actionTypes), which is the default; then its call is aborted.",
  );

const fallbackInput = z
  .strictObject({
    type: z.string().min(1).max(128).describe('An action type: slack.message.post.'),
    params: params
      .nullish()
      .describe(
        "An object that fits the action type's inputSchema; left out, those of the action that the type knows.",
      ),
    timeoutMs: tryTimeoutMs,
  })
  .meta({
    id: 'FallbackInput',
    description:
      'Another action in the place of one that cannot be done: planned, decided and approved with it. It runs where the action failed for good, or a circuit breaker is open, and it surely had no effect.',
  });

export const action = z
  .strictObject({
    name: name.nullish().describe('How other actions and the record call it; step-1, step-2 … by default.'),
    type: z
      .string()
      .min(1)
      .max(128)
      .describe('repo.commit, or repo.commit@1 for a certain version; see actionTypes.'),
    params: params.describe(
      'An object that fits the action type\'s inputSchema. Where a text may stand, {"$from":"create","pointer":"/id"} takes it from what the action "create" puts out, and waits for it.',
    ),
    dependsOn: list(name, 100).nullish().describe('Names of actions that must succeed first.'),
    targets: list(params, rolloutLimits.targets)
      .nullish()
      .describe(
        'Rolls the action out over 1 to 500 targets: params of each, merged over `params`. One action of a task may have them.',
      ),
    rollout: rolloutInput.nullish().describe('How it goes over its targets; the defaults where left out.'),
    timeoutMs: tryTimeoutMs,
    fallback: fallbackInput
      .nullish()
      .describe(
        "What runs in its place where it failed and surely did nothing; with targets, in each one's place, the target's params over its own as far as its type knows them.",
      ),
  })
  .superRefine(({ params: shared, targets, rollout, fallback }, context) => {
    const refuse = (at: string, message: string) => {
      context.addIssue({ code: 'custom', path: [at], message });
    };
    if (!targets) {
      if (rollout) refuse('rollout', 'needs targets');
      return;
    }
    if (targets.length === 0) {
      refuse('targets', 'must hold at least one');
    } else {
      const own = targets.reduce((sum, target) => sum + JSON.stringify(target).length, 0);
      const each = JSON.stringify(shared).length + JSON.stringify(fallback?.params ?? {}).length;
      if (own + each * targets.length > submissionLimits.targetsBytes)
        refuse(
          'targets',
          `make more than ${submissionLimits.targetsBytes} characters of JSON with the params of each`,
        );
    }
  })
  .meta({ id: 'ActionInput', description: 'One typed operation on one target.' });

const retry = z
  .strictObject({
    maxRetries: z.int().min(0).max(10).nullish().describe('Tries after the first, 0 to 10; 3 by default.'),
    initialDelayMs: z
      .int()
      .min(0)
      .max(600_000)
      .nullish()
      .describe('The ceiling of the first wait in milliseconds; 1,000 by default.'),
    backoffMultiplier: z
      .number()
      .min(1)
      .max(10)
      .nullish()
      .describe('What each further ceiling is multiplied by; 2 by default.'),
    maxDelayMs: z
      .int()
      .min(0)
      .max(3_600_000)
      .nullish()
      .describe('The highest ceiling in milliseconds; 30,000 by default.'),
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
    trust: z.enum(sourceTrusts).nullish().meta({
      default: 'OUTSIDE',
      description: 'Whether anybody outside could have written it.',
    }),
  })
  .meta({ id: 'TaskSourceInput', description: 'Content that led to the submission.' });

export const submission = z
  .strictObject({
    idempotencyKey: z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
      .describe(
        'Your own key, 1 to 255 visible ASCII characters: the same key with the same body gives the same task.',
      ),
    goal: words(submissionLimits.goal).describe('What it is for, at most 4,000 characters.'),
    actions: list(action, submissionLimits.actions)
      .nullish()
      .describe('What to do, at most 100 actions; left out, an agent plans the goal.'),
    mode: z.enum(taskModes).nullish().meta({ default: 'APPLY', description: 'Whether it runs.' }),
    priority: z.enum(priorities).nullish().meta({
      default: 'NORMAL',
      description: 'Which lane it waits in. CRITICAL needs the operator role.',
    }),
    environment: z.enum(environments).nullish().meta({
      default: 'DEVELOPMENT',
      description: 'Where the change lands.',
    }),
    justification: text(4_000).nullish().describe('Why you need it; policy may ask for it.'),
    requiresApproval: z
      .boolean()
      .nullish()
      .describe('True asks for a person even where policy would not. False loosens nothing.'),
    correlationId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"')
      .nullish()
      .describe('Your own id for what belongs together: 1 to 64 letters, digits, - or _.'),
    source: text(128).nullish().describe('Where the submission comes from, at most 128 characters.'),
    tags: list(words(64), 50).nullish().describe('Your own labels, at most 50.'),
    timeoutMs: z
      .int()
      .min(1)
      .max(submissionLimits.timeoutMs)
      .nullish()
      .describe('Milliseconds the whole run may take, at most a day; then what is in flight is aborted.'),
    retry: retry.nullish().describe('How steps are tried again.'),
    transactional: z
      .boolean()
      .nullish()
      .describe('True undoes what was done where a step fails; what cannot be undone is listed beforehand.'),
    agent: name
      .nullish()
      .describe(
        'Who is to plan a goal that comes without actions: the name of a specialist (see specialists); left out, its words decide.',
      ),
    context: params
      .nullish()
      .describe('What whoever plans the goal may want to know: {"fleet_size":100}. Only without actions.'),
    parentTaskId: filterId.nullish().describe('The task that this one is a part of. Each shows the other.'),
    sources: list(sourceInput, 20)
      .nullish()
      .describe(
        'Content that it rests on, at most 20: what anybody outside could have written asks for a person, and so does what is submitted for the same parent later.',
      ),
  })
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
  const given = read.value.actions ?? [];
  if (given.length > 0 && (read.value.agent || read.value.context)) {
    const faults = (['agent', 'context'] as const).flatMap((path) =>
      read.value[path] ? [{ path, message: 'is for a goal without actions' }] : [],
    );
    return refused(invalidInput(faults));
  }
  const request = requestOf(read.value, given.map(actionOf));
  const { workflow, faults } = prepareActions(request.actions, request.environment);
  const all = [...faults, ...faultsOfGates(request.actions)];
  return all.length > 0 ? refused(invalidInput(all)) : accepted({ request, workflow });
};

type Action = z.output<typeof action>;

const actionOf = (item: Action, index: number): ActionRequest => ({
  name: item.name ?? `step-${index + 1}`,
  type: item.type,
  params: item.params,
  dependsOn: item.dependsOn ?? [],
  ...(item.targets ? { targets: item.targets, rollout: rolloutOf(item.rollout ?? {}) } : {}),
  ...timeoutOf(item),
  ...(item.fallback ? { fallback: fallbackOf(item.fallback) } : {}),
});

const timeoutOf = ({ timeoutMs }: Pick<Action, 'timeoutMs'>) =>
  typeof timeoutMs === 'number' ? { timeoutMs } : {};

const fallbackOf = ({ type, params: own, ...rest }: z.output<typeof fallbackInput>): FallbackRequest => ({
  type,
  ...(own ? { params: own } : {}),
  ...timeoutOf(rest),
});

const rolloutOf = ({
  canary,
  batchPercent,
  soakMs,
  errorBudget,
  gate,
}: z.output<typeof rolloutInput>): RolloutRequest => ({
  canary: canary ?? 1,
  batchPercent: batchPercent ?? rolloutLimits.productionPercent,
  soakMs: soakMs ?? 0,
  errorBudget: errorBudget ?? 0,
  ...(gate ? { gate: { ...gate, onFail: gate.onFail ?? 'PAUSE' } } : {}),
});

/** Of what gates expect: what their action types say is looked at elsewhere. */
const faultsOfGates = (actions: readonly ActionRequest[]): Fault[] =>
  actions.flatMap(({ rollout }, index) =>
    rollout?.gate ? expectationFaults(rollout.gate.expect, `actions[${index}].rollout.gate.expect`) : [],
  );

/** Those actions of a faulty submission that are whole themselves; null in place of the others. */
const wholeActions = (input: unknown): (ActionRequest | null)[] => {
  const given = typeof input === 'object' && input !== null && 'actions' in input ? input.actions : null;
  if (!Array.isArray(given) || given.length > submissionLimits.actions) return [];
  return given.map((item: unknown, index) => {
    const read = readInput(action, item);
    return read.ok ? actionOf(read.value, index) : null;
  });
};

const requestOf = (given: z.output<typeof submission>, actions: readonly ActionRequest[]): TaskRequest => ({
  idempotencyKey: given.idempotencyKey,
  goal: given.goal,
  actions,
  mode: given.mode ?? 'APPLY',
  priority: given.priority ?? 'NORMAL',
  environment: given.environment ?? 'DEVELOPMENT',
  justification: given.justification ?? null,
  requiresApproval: given.requiresApproval ?? false,
  correlationId: given.correlationId ?? null,
  source: given.source ?? null,
  tags: given.tags ?? [],
  timeoutMs: given.timeoutMs ?? null,
  transactional: given.transactional ?? false,
  parentTaskId: given.parentTaskId ?? null,
  agent: given.agent ?? null,
  context: given.context ?? null,
  sources: (given.sources ?? []).map(({ kind, reference, trust }) => ({
    kind,
    reference,
    trust: trust ?? 'OUTSIDE',
    via: null,
  })),
  retry: {
    maxRetries: given.retry?.maxRetries ?? defaultRetryPolicy.maxRetries,
    initialDelayMs: given.retry?.initialDelayMs ?? defaultRetryPolicy.initialDelayMs,
    backoffMultiplier: given.retry?.backoffMultiplier ?? defaultRetryPolicy.backoffMultiplier,
    maxDelayMs: given.retry?.maxDelayMs ?? defaultRetryPolicy.maxDelayMs,
  },
});
