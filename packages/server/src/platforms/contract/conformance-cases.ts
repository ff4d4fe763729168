import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Outcome } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import type { ConformanceFailure, ConformanceWorld, ReceivedRequest } from './conformance-setup.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { traitsOf, type ApplyCall } from './executor.ts';
import { createGuards, type ExecutorGuards } from './guards.ts';
import { readsAt } from './read-endpoints.ts';
import { createExecutorRegistry, parseParams } from './registry.ts';

/** A stalled platform answers after a minute; a program is given half a second for its last word. */
const abortBoundMs = 3_000;
const key = 'a1'.repeat(32);
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A world with the guards in front of its executor. */
export interface Stage<Input, Output extends Json> {
  readonly world: ConformanceWorld<Input, Output>;
  readonly guards: ExecutorGuards;
  readonly input: Input;
  /** Plans, and gives what the plan found as the precondition of the call. */
  readonly callAsPlanned: (signal?: AbortSignal) => Promise<ApplyCall>;
  readonly apply: (call: ApplyCall) => Promise<Output>;
}

export const createStage = <Input, Output extends Json>(
  world: ConformanceWorld<Input, Output>,
): Stage<Input, Output> => {
  const { executor, egress } = world;
  const { executors } = createExecutorRegistry([executor]);
  // A liar is found out after one look more.
  const guards = createGuards({ readBackDelaysMs: [10] }, { executors, egress, killSwitch: () => null });
  const parsed = parseParams(executor, world.params, 'params');
  assert(parsed.ok, `The world's params do not fit: ${JSON.stringify(parsed)}`);
  const input = parsed.value;
  return {
    world,
    guards,
    input,
    callAsPlanned: async (signal = AbortSignal.timeout(30_000)) => {
      const call = { signal, tenantId: 'tenant', priority: 'NORMAL', logger } as const;
      const planned = await guards.plan(executor, input, { ...call, principalId: 'agent' });
      assert(planned.ok, `The plan was refused: ${JSON.stringify(planned)}`);
      const { precondition } = planned.value;
      return { ...call, taskId: 'task', stepId: 'step', attempt: 1, idempotencyKey: key, precondition };
    },
    apply: (call) => guards.apply(executor, input, call),
  };
};

export const describesItself = <Input, Output extends Json>({
  executor,
}: ConformanceWorld<Input, Output>): void => {
  const [described] = createExecutorRegistry([executor]).list();
  assert.equal(described?.inputSchema.type, 'object');
  assert.equal(described.inputSchema.additionalProperties, false, 'the schema must be strict');
  assert(described.description.length > 0);
  assert(described.budget.timeMs > 0);
};

export const refusesUnknown = <Input, Output extends Json>({
  executor,
  params,
}: ConformanceWorld<Input, Output>): void => {
  assert(typeof params === 'object' && params !== null);
  const parsed = parseParams(executor, Object.assign({ noSuchParam: true }, params), 'actions[0].params');
  assert(!parsed.ok, 'an unknown param was taken');
  assert.deepEqual(
    parsed.faults.map(({ path }) => path),
    ['actions[0].params.noSuchParam'],
  );
  const notAnObject = parseParams(executor, 'text', 'actions[0].params');
  assert(!notAnObject.ok && notAnObject.faults[0]?.path === 'actions[0].params');
};

export const plansOnly = async <Input, Output extends Json>(stage: Stage<Input, Output>): Promise<void> => {
  const before = await stage.world.fingerprint();
  await stage.callAsPlanned();
  await stage.callAsPlanned();
  assert.equal(await stage.world.fingerprint(), before, 'planning changed the platform');
};

/** Whatever is different in the params is different in what people see, where it can be planned at all. */
export const showsWhatItTakes = async <Input, Output extends Json>({
  world: { executor, params },
  guards,
  input,
}: Stage<Input, Output>): Promise<void> => {
  const shownOf = async (given: Input): Promise<string | null> => {
    const signal = AbortSignal.timeout(30_000);
    const call = { signal, tenantId: 'tenant', priority: 'NORMAL', logger, principalId: 'agent' } as const;
    const planned = await guards.plan(executor, given, call);
    if (!planned.ok) return null;
    const { summary, targets, diffs, findings } = planned.value;
    return JSON.stringify({ summary, targets, diffs, findings });
  };
  const shown = await shownOf(input);
  for (const other of withOneChanged(params)) {
    const parsed = parseParams(executor, other, 'params');
    if (!parsed.ok || isDeepStrictEqual(parsed.value, input)) continue;
    assert.notEqual(await shownOf(parsed.value), shown, `it looks the same: ${JSON.stringify(other)}`);
  }
};

/** The same with one text, number or truth in it changed, also to one that is only written alike. */
function* withOneChanged(value: Json): Generator<Json> {
  if (typeof value === 'string') {
    yield `${value}x`;
    yield `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;
    if (Number.isFinite(Number(value)) && value.trim() !== '') yield Number(value);
  } else if (typeof value === 'number') {
    yield value + 1;
    yield String(value);
  } else if (typeof value === 'boolean') {
    yield !value;
    yield String(value);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const other of withOneChanged(item as Json)) yield (value as readonly Json[]).with(index, other);
  } else if (value !== null) {
    for (const [name, item] of Object.entries<Json>(value as JsonObject))
      for (const other of withOneChanged(item)) yield { ...(value as JsonObject), [name]: other };
  }
}

export const looksWhereItSays = async <Input, Output extends Json>(
  { world, guards, input, apply, callAsPlanned }: Stage<Input, Output>,
  received: () => readonly ReceivedRequest[],
): Promise<void> => {
  const { executor } = world;
  const isRead = readsAt(executor.endpointOf?.(input) ?? '', executor.reads ?? []);
  const undeclaredIn = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const before = received().length;
    const value = await work();
    const others = received()
      .slice(before)
      .filter((request) => !isRead(request));
    assert.deepEqual(others, [], 'it reached what it does not declare as a read');
    return value;
  };
  const call = await undeclaredIn(() => callAsPlanned());
  await undeclaredIn(() => guards.reconcile(executor, input, call));
  const output = await apply(call);
  await undeclaredIn(() => guards.verify(executor, input, output, call));
};

export const appliesOnce = async <Input, Output extends Json>(
  { world, guards, input, apply, callAsPlanned }: Stage<Input, Output>,
  effectsPerApply: number,
): Promise<void> => {
  const call = await callAsPlanned();
  const output = await apply(call);
  assert.deepEqual(JSON.parse(JSON.stringify(output)), output, 'the output must be JSON');
  await guards.verify(world.executor, input, output, call);
  assert.equal(await world.countEffects(), effectsPerApply);
};

export const appliesTwice = async <Input, Output extends Json>(
  { world, guards, input, apply, callAsPlanned }: Stage<Input, Output>,
  effectsPerApply: number,
): Promise<void> => {
  const { executor } = world;
  const { category, idempotency } = traitsOf(executor, input);
  if (category !== 'READ' && idempotency === 'NONE') {
    assert.equal(executor.reconcile, undefined, 'an effect that can be found again is LOOKUP, not NONE');
    return;
  }
  const call = await callAsPlanned();
  if (executor.reconcile) {
    assert.deepEqual(await guards.reconcile(executor, input, call), { kind: 'ABSENT' });
  }
  const first = await apply(call);
  await apply({ ...call, attempt: 2 });
  assert.equal(await world.countEffects(), effectsPerApply, 'the second call with the key had an effect');
  const found = await guards.reconcile(executor, input, call);
  if (executor.reconcile) assert.deepEqual(found, { kind: 'FOUND', output: first });
};

export const stopsAtOnce = async <Input, Output extends Json>(stage: Stage<Input, Output>): Promise<void> => {
  const before = await stage.world.fingerprint();
  const call = await stage.callAsPlanned();
  const error = await failureOf(stage.apply({ ...call, signal: AbortSignal.abort() }));
  assert.equal(error.effect, 'NONE');
  assert.equal(await stage.world.fingerprint(), before);
};

export const seesDrift = async <Input, Output extends Json>(
  { world, guards, input, apply, callAsPlanned }: Stage<Input, Output>,
  drift: () => Promise<void>,
): Promise<void> => {
  const call = await callAsPlanned();
  const isWatched = world.executor.watch !== undefined;
  const watch = () => guards.watch(world.executor, input, { ...call, principalId: 'agent' });
  if (isWatched) assert.equal(await watch(), true, 'it saw a move where nobody had moved anything');
  await drift();
  if (isWatched) assert.equal(await watch(), false, 'it did not see the move');
  const before = await world.fingerprint();
  const error = await failureOf(apply(call));
  assert.equal(error.code, 'PRECONDITION_FAILED');
  assert.equal(error.effect, 'NONE');
  assert.equal(error.retriable, false);
  assert.equal(await world.fingerprint(), before, 'something was written after the drift');
};

export const seesLie = async <Input, Output extends Json>(
  { world, guards, input, apply, callAsPlanned }: Stage<Input, Output>,
  when: 'BEFORE_APPLY' | 'AFTER_APPLY',
  arrange: () => Promise<void>,
): Promise<void> => {
  const call = await callAsPlanned();
  if (when === 'BEFORE_APPLY') await arrange();
  const output = await apply(call);
  if (when === 'AFTER_APPLY') await arrange();
  const error = await failureOf(guards.verify(world.executor, input, output, call));
  assert.equal(error.effect, 'UNKNOWN');
};

export const believesNoLateRead = async <Input, Output extends Json>(
  { world, guards, input, apply, callAsPlanned }: Stage<Input, Output>,
  lateRead: () => Promise<void>,
): Promise<void> => {
  const { executor } = world;
  const call = await callAsPlanned();
  const output = await apply(call);
  await lateRead();
  await guards.verify(executor, input, output, call);
  if (!executor.reconcile || !isAskedFirst(world, input)) return;
  await lateRead();
  const found = await guards.reconcile(executor, input, call);
  assert.notEqual(found?.kind, 'ABSENT', 'it took a late look for a proof');
};

/** Where no version and no key of the platform's own makes a second call harmless. */
const isAskedFirst = <Input, Output extends Json>(
  { executor }: ConformanceWorld<Input, Output>,
  input: Input,
): boolean => traitsOf(executor, input).idempotency === 'LOOKUP';

export const honoursAbort = async <Input, Output extends Json>(
  stage: Stage<Input, Output>,
  stall: () => Promise<void>,
): Promise<void> => {
  const { world, guards, input, callAsPlanned } = stage;
  const call = await callAsPlanned();
  await stall();
  const controller = new AbortController();
  const { promise: isOver, resolve: end } = Promise.withResolvers<boolean>();
  // The guards do not wait for an executor that goes on after its signal: whether it ended is seen here.
  const watched: typeof world.executor = {
    ...world.executor,
    apply: (given, around) => world.executor.apply(given, around).finally(() => end(true)),
  };
  const ending = failureOf(guards.apply(watched, input, { ...call, signal: controller.signal }));
  setTimeout(() => controller.abort(), 100);
  const error = await ending;
  assert.equal(error.code, 'EXECUTION_TIMEOUT');
  assert(error.isAborted);
  const hasEnded = await Promise.race([isOver, sleep(abortBoundMs, false, { ref: false })]);
  assert(hasEnded, 'it went on after its signal fired');
  await findsWhatCame(stage, call);
};

export const classifies = async <Input, Output extends Json>(
  { apply, callAsPlanned }: Stage<Input, Output>,
  expected: Pick<ConformanceFailure<unknown>, 'code' | 'effect' | 'retriable' | 'retryAfterMs'>,
  arrange: () => Promise<void>,
): Promise<void> => {
  const call = await callAsPlanned();
  await arrange();
  const { code, effect, retriable, retryAfterMs } = await failureOf(apply(call));
  assert.deepEqual(
    { code, effect, retriable, retryAfterMs },
    {
      code: expected.code,
      effect: expected.effect,
      retriable: expected.retriable,
      retryAfterMs: expected.retryAfterMs ?? null,
    },
  );
};

/** After a failure that leaves its effect unknown. */
export const findsOut = async <Input, Output extends Json>(
  stage: Stage<Input, Output>,
  arrange: () => Promise<void>,
): Promise<void> => {
  const call = await stage.callAsPlanned();
  await arrange();
  await failureOf(stage.apply(call));
  await findsWhatCame(stage, call);
};

/** What is found out of a call has to be so. */
const findsWhatCame = async <Input, Output extends Json>(
  { world, guards, input }: Stage<Input, Output>,
  call: ApplyCall,
): Promise<void> => {
  if (!world.executor.reconcile) return;
  const isThere = (await world.countEffects()) > 0;
  const kind = (await guards.reconcile(world.executor, input, call))?.kind;
  assert.notEqual(kind, isThere ? 'ABSENT' : 'FOUND', 'what it found out is not so');
  const { idempotency } = traitsOf(world.executor, input);
  if (isThere && idempotency !== 'CONDITIONAL') assert.equal(kind, 'FOUND', 'its own mark was not found');
};

/** What is planned upon what it says that it leaves is what is planned once it has left that. */
export const foresees = async <Input, Output extends Json>({
  world,
  guards,
  input,
  apply,
  callAsPlanned,
}: Stage<Input, Output>): Promise<void> => {
  const { executor } = world;
  if (!executor.isAsForeseen) return;
  const call = await callAsPlanned();
  const { signal, tenantId, priority } = call;
  const planning = { signal, tenantId, priority, logger, principalId: 'agent' };
  const first = await guards.plan(executor, input, planning);
  // Of some changes nobody can say beforehand what comes of them.
  if (!first.ok || first.value.leaves === undefined) return;
  const upon = await guards.plan(executor, input, { ...planning, foreseen: [first.value.leaves] });
  await apply(call);
  const found = await guards.plan(executor, input, planning);
  const wordsOf = (planned: Outcome<PlannedAction>) =>
    planned.ok
      ? { summary: planned.value.summary, targets: planned.value.targets, diffs: planned.value.diffs }
      : planned.refusal.message;
  assert.deepEqual(wordsOf(upon), wordsOf(found), 'what it leaves is not what it said');
  if (upon.ok && found.ok)
    assert(executor.isAsForeseen(upon.value.precondition, found.value.precondition), 'it is not as foreseen');
};

export const undoes = async <Input, Output extends Json>({
  world,
  guards,
  input,
  apply,
  callAsPlanned,
}: Stage<Input, Output>): Promise<void> => {
  const { executor } = world;
  if (!executor.compensate) return;
  assert(world.restorable, 'its world must tell what undoing brings back');
  const before = await world.restorable();
  const call = await callAsPlanned();
  const output = await apply(call);
  const undoing = { ...call, idempotencyKey: 'b2'.repeat(32) };
  const undone = await guards.compensate(executor, input, output, undoing);
  assert.equal(await world.restorable(), before, 'undoing did not bring back what was there');
  const again = await guards.compensate(executor, input, output, { ...undoing, attempt: 2 });
  assert.deepEqual(again, undone, 'undoing twice is not undoing once');
  assert.equal(await world.restorable(), before, 'undoing twice is not undoing once');
};

const failureOf = async (work: Promise<unknown>): Promise<ExecutorError> => {
  try {
    await work;
  } catch (error) {
    assert(error instanceof ExecutorError, `not an ExecutorError: ${String(error)}`);
    return error;
  }
  return assert.fail('it should have failed');
};
