import { gateReactions, longestGoal } from '@countersign/shared';
import { z } from 'zod';
import { expectationFaults } from '../../domain/expectation.ts';
import { jsonFault, type JsonObject } from '../../domain/json.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { phasesOf, rolloutLimits, type RolloutRequest } from '../../domain/rollout.ts';
import type { ActionRequest, FallbackRequest } from '../../domain/task.ts';
import { readInput } from '../../infra/input-words.ts';
import { list, withDefault } from '../inputs.ts';

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

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Looked at before anything recursive sees it. */
export const params = z
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

export const name = z
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
    onFail: withDefault(
      z.enum(gateReactions),
      'PAUSE',
      'What happens where a gate fails: people are asked, or what was done is undone.',
    ),
  })
  .meta({
    id: 'GateInput',
    description: 'What looks at each target of a phase before the next phase begins.',
  });

const whole = (least: number, most: number) => z.int().min(least).max(most);

const rolloutInput = z
  .strictObject({
    canary: withDefault(
      whole(1, rolloutLimits.targets),
      1,
      'Targets of the first phase, which is called Canary.',
    ),
    batchPercent: withDefault(
      whole(1, 100),
      rolloutLimits.productionPercent,
      'Of all targets, how many each later phase holds at most: Wave 1, Wave 2 … At most 20 in production, and 100 targets everywhere.',
    ),
    soakMs: withDefault(
      whole(0, submissionLimits.timeoutMs),
      0,
      "Milliseconds from the end of a phase's last step until its gates look.",
    ),
    errorBudget: withDefault(
      whole(0, rolloutLimits.targets),
      0,
      'How many gates of a phase may fail, and the rollout goes on; never all of them.',
    ),
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
type Action = z.output<typeof action>;

export const actionOf = (item: Action, index: number): ActionRequest => ({
  name: item.name ?? `step-${index + 1}`,
  type: item.type,
  params: item.params,
  dependsOn: item.dependsOn ?? [],
  ...(item.targets
    ? { targets: item.targets, rollout: rolloutOf(item.rollout ?? rolloutInput.parse({})) }
    : {}),
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

const rolloutOf = ({ gate, ...rest }: z.output<typeof rolloutInput>): RolloutRequest => ({
  ...rest,
  ...(gate && { gate }),
});

/** Of what gates expect: what their action types say is looked at elsewhere. */
export const faultsOfGates = (actions: readonly ActionRequest[]): Fault[] =>
  actions.flatMap(({ rollout }, index) =>
    rollout?.gate ? expectationFaults(rollout.gate.expect, `actions[${index}].rollout.gate.expect`) : [],
  );

/** A rollout that asks for time that nothing takes, or for more than its task has. */
export const faultsOfSoaks = (actions: readonly ActionRequest[], timeoutMs: number | null): Fault[] =>
  actions.flatMap(({ targets, rollout }, index) => {
    if (!targets || !rollout) return [];
    const { gate, soakMs, errorBudget } = rollout;
    const path = `actions[${index}].rollout`;
    if (!gate)
      return Object.entries({ soakMs, errorBudget }).flatMap(([name, value]) =>
        value > 0
          ? [{ path: `${path}.${name}`, message: 'needs a gate: without one nothing is waited for' }]
          : [],
      );
    const phases = phasesOf(targets.length, rollout).length;
    const takesMs = phases * soakMs;
    if (timeoutMs === null || takesMs === 0 || takesMs < timeoutMs) return [];
    const message = `must be more than ${takesMs}: the ${phases} phases soak for so long alone`;
    return [{ path: 'timeoutMs', message }];
  });

/** Those actions of a faulty submission that are whole themselves; null in place of the others. */
export const wholeActions = (input: unknown): (ActionRequest | null)[] => {
  const given = typeof input === 'object' && input !== null && 'actions' in input ? input.actions : null;
  if (!Array.isArray(given) || given.length > submissionLimits.actions) return [];
  return given.map((item: unknown, index) => {
    const read = readInput(action, item);
    return read.ok ? actionOf(read.value, index) : null;
  });
};
