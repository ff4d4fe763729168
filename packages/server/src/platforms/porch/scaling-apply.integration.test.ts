import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createPorchWorld, type PorchWorld, type PorchWorldOptions } from '../../../testing/porch-world.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { ApplyCall, Executors, PreparedAction } from '../index.ts';

let worlds = new AsyncDisposableStack();
afterEach(async () => {
  await worlds.disposeAsync();
  worlds = new AsyncDisposableStack();
});

const asked = { target: 'web', namespace: 'shop', replicas: 5 };

interface Scene extends PorchWorld {
  readonly executors: Executors;
  readonly action: PreparedAction;
  readonly callOf: (more?: Partial<ApplyCall>) => Promise<ApplyCall>;
}

const createScene = async (options: PorchWorldOptions = {}, params: object = asked): Promise<Scene> => {
  const world = worlds.use(await createPorchWorld(options));
  const executors = worlds.use(
    createTestExecutors({
      egress: { allowedInternalHosts: ['127.0.0.1'] },
      guards: { readBackDelaysMs: [10] },
      moreExecutors: [world.executor as never],
    }),
  );
  const prepared = executors.prepare('scaling.apply', params, 'a');
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  const { action } = prepared;
  const callOf: Scene['callOf'] = async (more) => {
    const planned = await action.plan(planCall());
    if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
    const { precondition } = planned.value;
    const given = { idempotencyKey: 'c0de'.repeat(16), taskId: 't', stepId: 's', attempt: 1 };
    return { ...planCall(), precondition, ...given, ...more };
  };
  return { ...world, executors, action, callOf };
};

test.each(['direct', 'structured'] as const)('%s: what porch says is what is known', async (mode) => {
  const { action, callOf, folder } = await createScene({ mode });
  const output = await action.apply(await callOf());
  expect(output).toMatchObject({
    mode,
    packageName: 'web-v1.0.5',
    namespace: 'shop',
    name: 'web',
    previousReplicas: 3,
    newReplicas: 5,
  });
  expect(await readdir(join(folder, 'home', 'porch', 'out', 'c0de'.repeat(8)))).toEqual(['web-v1.0.5.json']);
  expect(await readdir(join(folder, 'home', 'porch', 'intents'))).toEqual([]);
});

test('without sight of the cluster the previous number is what porch says it was', async () => {
  const { action, callOf } = await createScene({ mode: 'direct', hasSight: false });
  expect(await action.plan(planCall())).toMatchObject({
    value: {
      diffs: [{ before: null, after: 5, isDestructive: false }],
      findings: [{ severity: 'MEDIUM' }],
    },
  });
  expect(await action.apply(await callOf())).toMatchObject({ previousReplicas: 3, newReplicas: 5 });
});

describe('a failure is told as the status record has it', () => {
  test.each([
    [1, 'INVALID_INTENT', 'PLATFORM_REJECTED', 'NONE', false],
    [2, 'DEPLOYMENT_NOT_FOUND', 'RESOURCE_NOT_FOUND', 'NONE', false],
    [3, 'INSUFFICIENT_PERMISSIONS', 'PLATFORM_PERMISSION_DENIED', 'NONE', true],
    [4, 'NETWORK_ERROR', 'NETWORK_ERROR', 'NONE', true],
    [5, 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED', 'NONE', true],
    [124, 'PROCESSING_TIMEOUT', 'EXECUTION_TIMEOUT', 'UNKNOWN', true],
    [125, 'PORCH_NOT_FOUND', 'SERVICE_DOWN', 'NONE', false],
    [126, 'PORCH_NOT_EXECUTABLE', 'SERVICE_DOWN', 'NONE', false],
    [127, 'PORCH_COMMAND_NOT_FOUND', 'SERVICE_DOWN', 'NONE', false],
  ] as const)('exit code %i is %s', async (exitCode, errorCode, code, effect, retriable) => {
    const { action, callOf, behave } = await createScene();
    const call = await callOf();
    await behave({ exitCode, stderr: 'why' });
    await expect(action.apply(call)).rejects.toMatchObject({
      code,
      effect,
      retriable,
      retryAfterMs: retriable && effect === 'NONE' ? 30_000 : null,
      details: {
        error_code: errorCode,
        error_message: expect.any(String),
        porch_exit_code: exitCode,
        porch_stdout: '',
        porch_stderr: 'Error: why\n',
        mode: 'structured',
      },
    });
  });

  test('a missing deployment that porch takes for a wrong intent', async () => {
    const { action, callOf, behave } = await createScene();
    const call = await callOf();
    await behave({ exitCode: 1, stderr: 'deployment.apps "web" not found' });
    await expect(action.apply(call)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      details: { error_code: 'DEPLOYMENT_NOT_FOUND', porch_exit_code: 1 },
    });
  });

  test('a program that is not there', async () => {
    const { action, callOf } = await createScene({ binary: '/no/such/porch' });
    await expect(action.apply(await callOf())).rejects.toMatchObject({
      code: 'SERVICE_DOWN',
      effect: 'NONE',
      details: { error_code: 'PORCH_NOT_FOUND', porch_exit_code: 125, porch_path: '/no/such/porch' },
    });
  });

  test('a run that we ended is -1, and the next one has twice as long', async () => {
    const { action, callOf, behave } = await createScene({ executionTimeoutMs: 300 });
    const call = await callOf();
    await behave({ waitMs: 60_000 });
    for (const [attempt, message] of [
      [1, 'porch did not end within 0.3 s.'],
      [2, 'porch did not end within 0.6 s.'],
    ] as const) {
      await expect(action.apply({ ...call, attempt })).rejects.toMatchObject({
        code: 'EXECUTION_TIMEOUT',
        effect: 'UNKNOWN',
        details: { error_code: 'PROCESSING_TIMEOUT', error_message: message, porch_exit_code: -1 },
      });
    }
  });

  test.each(['', 'ok', '{"status":"failed"}'])('a success that is none: %j', async (stdout) => {
    const { action, callOf, behave } = await createScene();
    const call = await callOf();
    await behave({ stdout });
    await expect(action.apply(call)).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED', effect: 'UNKNOWN' });
  });
});

test.each([
  ['target', '-intent'],
  ['target', 'web;rm'],
  ['target', '../web'],
  ['target', 'a'.repeat(254)],
  ['namespace', 'Shop'],
  ['namespace', 'a.b'],
  ['namespace', 'a'.repeat(64)],
  ['replicas', -1],
  ['replicas', 1_001],
  ['timeout', '0s'],
  ['timeout', '11m'],
  ['correlation_id', 'a b'],
  ['intent_type', 'other'],
])('is not even tried for a %s of %j', async (param, value) => {
  const { executors } = await createScene();
  expect(executors.prepare('scaling.apply', { ...asked, [param]: value }, 'a')).toMatchObject({
    ok: false,
    faults: [{ path: `a.params.${param}` }],
  });
});

test.each([
  [{ target: 'nobody' }, 'target', 'RESOURCE_NOT_FOUND'],
  [{ replicas: 3 }, 'replicas', 'NOTHING_TO_CHANGE'],
])('a plan that cannot be is refused at its place: %j', async (params, path, code) => {
  const { action } = await createScene({}, { ...asked, ...params });
  expect(await action.plan(planCall())).toMatchObject({
    ok: false,
    refusal: { code, details: { faults: [{ path }] } },
  });
});
