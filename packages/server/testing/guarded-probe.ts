import { expect } from 'vitest';
import { z } from 'zod';
import { accepted } from '../src/domain/errors.ts';
import { createEgress } from '../src/infra/egress.ts';
import { createRedactor } from '../src/infra/redaction.ts';
import { ExecutorError, type ExecutorErrorCode } from '../src/platforms/kit/executor-error.ts';
import type {
  ActionExecutor,
  ApplyCall,
  ApplyContext,
  PlanContext,
} from '../src/platforms/contract/executor.ts';
import type { CutOffCheck, KillSwitchCheck } from '../src/platforms/contract/guarded-run.ts';
import { createGuards } from '../src/platforms/contract/guards.ts';
import type { PlatformLimits } from '../src/platforms/contract/platform-guard.ts';

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
/** A call of the probe. */
export const call = (signal: AbortSignal = new AbortController().signal): ApplyCall => ({
  signal,
  logger,
  tenantId: 'tenant',
  priority: 'NORMAL',
  taskId: 'task',
  stepId: 'step',
  attempt: 1,
  idempotencyKey: 'ab'.repeat(16),
  precondition: null,
});

type Asking = Pick<PlanContext, 'http' | 'signal'> & Partial<Pick<ApplyContext, 'idempotencyKey'>>;
type Behaviour = (asking: Asking) => Promise<string>;
interface Probe {
  behaviour: Behaviour;
  calls: number;
}
type Input = { readonly endpoint: string };

/** An executor that does what a test says, behind all guards. */
export const createProbe = (
  limits: Partial<PlatformLimits> = {},
  {
    killSwitch = () => null,
    cutOff = async () => null,
    timeMs = 5_000,
    secrets = [],
  }: {
    killSwitch?: KillSwitchCheck;
    cutOff?: CutOffCheck;
    timeMs?: number;
    secrets?: readonly string[];
  } = {},
) => {
  const probe: Probe = { behaviour: async () => 'done', calls: 0 };
  const act = (context: ApplyContext) => {
    probe.calls += 1;
    return probe.behaviour(context);
  };
  const executor: ActionExecutor<Input, string> = {
    traits: {
      name: 'probe.act',
      version: 1,
      platform: 'probe',
      category: 'WRITE',
      idempotency: 'NONE',
      reversible: false,
      budget: { timeMs, network: 'NONE' },
    },
    description: 'Does what the test says.',
    input: z.strictObject({ endpoint: z.string() }),
    endpointOf: ({ endpoint }) => endpoint,
    plan: async (_, context) => {
      await probe.behaviour(context);
      return accepted({ summary: 's', targets: [], precondition: null, diffs: [], findings: [] });
    },
    apply: (_, context) => act(context),
    verify: async (_, _output, context) => void (await act(context)),
  };
  const egress = createEgress({});
  const guards = createGuards(
    { platforms: { probe: limits } },
    { executors: [executor], egress, killSwitch, cutOff, redactor: createRedactor(secrets) },
  );
  const apply = (endpoint = 'one', signal?: AbortSignal) =>
    guards.apply(executor, { endpoint }, call(signal));
  const errorOf = async (work: Promise<unknown>): Promise<ExecutorError> => {
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExecutorError);
    return error as ExecutorError;
  };
  const failWith = (code: ExecutorErrorCode) => {
    probe.behaviour = async () => {
      throw new ExecutorError(code, 'as planned', { effect: 'NONE' });
    };
  };
  const health = () => {
    const [report] = guards.health.report();
    if (!report) throw new Error('no report');
    return report;
  };
  return { probe, executor, guards, apply, errorOf, failWith, health };
};
