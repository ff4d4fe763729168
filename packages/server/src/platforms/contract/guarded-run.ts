import type { NetworkReach } from '@countersign/shared';
import { decideOnStop, type Stop } from '../../domain/decision.ts';
import { gate } from '../../domain/gate.ts';
import type { Json } from '../../domain/json.ts';
import type { StopSubject } from '../../domain/kill-switch.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import { systemClock } from '../../infra/clock.ts';
import type { Egress } from '../../infra/egress.ts';
import { createHttpClient, type HttpClient } from '../../infra/http-client.ts';
import { createRedactor, type Redactor } from '../../infra/redaction.ts';
import { inSpanOfTrace } from '../../infra/tracing.ts';
import type { Use } from '../../infra/use.ts';
import { amended, classifyError, ExecutorError } from '../kit/executor-error.ts';
import type { PlatformRecord } from './executor-health.ts';
import {
  actionTypeOf,
  traitsOf,
  type ActionExecutor,
  type ApplyCall,
  type Egressed,
  type ExecutorCall,
  type PlanCall,
  type Sending,
} from './executor.ts';
import type { PlatformGuard } from './platform-guard.ts';
import { onlyReading, readsAt } from './read-endpoints.ts';
import { withinBudget } from './time-budget.ts';
import { createOutbound } from './outbound.ts';

export type ExecutorOperation = 'PLAN' | 'WATCH' | 'APPLY' | 'VERIFY' | 'COMPENSATE' | 'RECONCILE';

/** Null lets the work go on. A check that fails counts as a pause. */
export type KillSwitchCheck = (subject: StopSubject) => Stop | null | Promise<Stop | null>;

export const readKillSwitch = async (check: KillSwitchCheck, subject: StopSubject): Promise<Stop | null> => {
  try {
    const answer = check(subject);
    return answer instanceof Promise ? await answer : answer;
  } catch {
    return { mode: 'PAUSE', reason: 'whether it is cannot be read, which counts as yes.' };
  }
};

/** Why nothing may be sent to a platform for a tenant, by an operator's word; null where it may. Never rejects. */
export type CutOffCheck = (tenantId: string, platform: string) => Promise<string | null>;

export interface GuardedRunDeps {
  readonly egress: Egress;
  /** Of platforms that alone may reach some hosts inside, instead. */
  readonly ownEgress?: ReadonlyMap<string, Egress>;
  readonly killSwitch: KillSwitchCheck;
  /** Default: nobody is cut off. */
  readonly cutOff?: CutOffCheck;
  /** Takes out of every output and failure what must not be recorded. Default: nothing. */
  readonly redactor?: Redactor;
  /** Told of each call while it goes on. */
  readonly use?: Pick<Use, 'begin'>;
}

/** Passes one call of an executor through all guards; throws `ExecutorError` and nothing else. */
export const createGuardedRun = (platforms: ReadonlyMap<string, PlatformRecord>, deps: GuardedRunDeps) => {
  const egressOf = (platform: string): Egress => deps.ownEgress?.get(platform) ?? deps.egress;
  const clients = createClients();
  const redactor = deps.redactor ?? createRedactor([]);

  return async <Input, Output extends Json, Call extends ExecutorCall, Value>(
    executor: ActionExecutor<Input, Output>,
    input: Input,
    call: Call,
    operation: ExecutorOperation,
    work: (context: Call & Egressed & Sending) => Promise<Value>,
  ): Promise<Value> => {
    using _call = deps.use?.begin();
    const traits = traitsOf(executor, input);
    const record = platforms.get(traits.platform);
    if (!record) throw new TypeError(`${actionTypeOf(traits)} is not among the guarded executors.`);
    if (makesEffects(operation)) await passGate(deps.killSwitch, call, traits);
    if (operation !== 'VERIFY') await assertNotCutOff(deps.cutOff, call.tenantId, traits.platform);
    const { place, timeMs: asked } = call as Call & Pick<ApplyCall, 'place' | 'timeMs'>;
    if (executor.callsBack?.(input)) place?.mayWait();
    const timeMs = Math.min(traits.budget.timeMs, asked ?? Number.POSITIVE_INFINITY);
    const endpoint = executor.endpointOf?.(input) ?? '';
    const isDeclaredRead = readsAt(endpoint, executor.reads ?? []);
    const way = createOutbound({
      guard: record.guard,
      endpoint,
      isRead: isDeclaredRead,
      takeLeave: () => takeLeave(record.guard, operation, call),
      isForced: operation === 'VERIFY',
      caller: call.signal,
    });
    const egress = egressOf(traits.platform);
    const client = way.over(clients(egress, traits.budget.network));
    const http = makesEffects(operation) ? client : onlyReading(client, isDeclaredRead, actionTypeOf(traits));
    const connect: Egressed['connect'] = async (url) => egress.connect(await http.check(url));
    // Without declared reads the whole operation is counted as one already.
    const send: Sending['send'] = (work_) => (executor.reads ? way.send(false, work_) : work_());
    const attempt = async (): Promise<Value> => {
      const startedAt = performance.now();
      try {
        const value = await inSpanOfTrace(operation.toLowerCase(), { attributes: told(traits) }, () =>
          withinBudget(timeMs, call.signal, (signal) => work({ ...call, signal, http, connect, send })),
        );
        // What was planned is what will run: it is shown as it is. Why nothing was may be in a platform's words.
        if (operation === 'PLAN') return isRefused(value) ? await redactor.json(value) : value;
        if (way.hasSent()) record.lastSuccessAt = systemClock.now();
        return await redactor.json(value);
      } catch (error) {
        if (way.hasSent()) record.lastFailureAt = systemClock.now();
        throw await withoutSecrets(withBlame(classifyError(error), call.signal), redactor);
      } finally {
        if (way.hasSent()) record.latency.add(performance.now() - startedAt);
      }
    };
    const isRead = traits.category === 'READ' || !makesEffects(operation);
    const counted = executor.reads ? attempt : () => way.send(isRead, attempt);
    // A read-back follows a call that was let in, so there are no more of them than of those.
    if (place || operation === 'VERIFY') return await counted();
    const places = operation === 'PLAN' || operation === 'WATCH' ? 'PLAN' : call.priority;
    return await record.guard.inBulkhead(places, call.signal, counted);
  };
};

const told = (traits: ActionTraits) => ({
  'countersign.action': actionTypeOf(traits),
  'countersign.platform': traits.platform,
});

const makesEffects = (operation: ExecutorOperation): boolean =>
  operation === 'APPLY' || operation === 'COMPENSATE';

/** The platform's limit is for effects. Looking for one, or reading one back, follows from a call that had leave. */
const takeLeave = (guard: PlatformGuard, operation: ExecutorOperation, call: ExecutorCall): void => {
  const { attempt, place, principalId } = call as ExecutorCall & Partial<ApplyCall & PlanCall>;
  if (operation === 'WATCH') guard.takeWatching();
  if (operation === 'PLAN') guard.takePlanning(principalId ?? '');
  if (operation === 'PLAN' || operation === 'WATCH' || operation === 'VERIFY') return;
  guard.takeAttempt(attempt ?? 1);
  if (makesEffects(operation) && !place?.takeCountedCall()) guard.takeRate();
};

/** The gate once more, for what may have changed since the claim. A kill switch holds effects; a look is none. */
const passGate = async (
  check: KillSwitchCheck,
  call: ExecutorCall & Partial<ApplyCall>,
  { name, version, platform, category }: ActionTraits,
): Promise<void> => {
  if (call.work?.isUnderStop) return;
  const { environment = null, agentId = null, risk = null } = call.work ?? {};
  const subject = { tenantId: call.tenantId, environment, agentId, risk, platform, name, version, category };
  const decision = decideOnStop(await readKillSwitch(check, subject));
  const answer = gate({ now: systemClock.now(), decision, approval: 'GIVEN' });
  if (answer.kind !== 'HOLD') return;
  const { reason } = answer.hold;
  throw new ExecutorError('POLICY_DENIED', reason, { effect: 'NONE', guard: 'KILL_SWITCH', retriable: true });
};

/** What was sent before may still be read back: nothing that was done shall stay unknown for this. */
const assertNotCutOff = async (
  check: CutOffCheck | undefined,
  tenantId: string,
  platform: string,
): Promise<void> => {
  const reason = (await check?.(tenantId, platform)) ?? null;
  if (reason !== null) throw new ExecutorError('SERVICE_DOWN', reason, { effect: 'NONE', guard: 'OPERATOR' });
};

/** One client for each way out and each reach. */
const createClients = () => {
  const made = new Map<Egress, Map<NetworkReach, HttpClient>>();
  return (egress: Egress, reach: NetworkReach): HttpClient => {
    const byReach = made.get(egress) ?? new Map<NetworkReach, HttpClient>();
    made.set(egress, byReach);
    const client = byReach.get(reach) ?? createHttpClient(egress, { reach });
    byReach.set(reach, client);
    return client;
  };
};

/** Running code sees one signal; only here is it known whether the budget or the caller ended the call. */
const withBlame = (error: ExecutorError, caller: AbortSignal): ExecutorError =>
  error.code === 'EXECUTION_TIMEOUT' && error.isAborted !== caller.aborted
    ? amended(error, { isAborted: caller.aborted })
    : error;

const isRefused = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;

/** Only what holds no secret any more is cut: of half of one nobody can tell that it is one. */
const withoutSecrets = async (
  error: ExecutorError,
  { json }: Pick<Redactor, 'json'>,
): Promise<ExecutorError> => {
  const { message, details } = await json({ message: error.message, details: error.details });
  return amended(error, { message: short(message, longestMessage), details: shortened(details) });
};

const longestMessage = 2_000;
/** Of each text that a platform said. */
const longestDetail = 1_000;
const short = (text: string, most: number): string => text.slice(0, most).toWellFormed();

const shortened = (value: Json): Json => {
  if (typeof value === 'string') return short(value, longestDetail);
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries<Json>(value).map(([name, child]) => [name, shortened(child)]));
};
