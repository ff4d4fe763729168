import { addAbortListener } from 'node:events';
import { startLateTimer } from '../../infra/late-timer.ts';
import { ExecutorError, stoppedByCaller } from '../kit/executor-error.ts';

/** How long a call may go on after its signal fired before we stop waiting for it. */
const graceMs = 1_000;

/**
 * Runs `work` with a signal that fires when `timeMs` have passed or the caller's signal fires. Work that
 * ignores the signal is left behind after a short grace; what it did is then unknown.
 */
export const withinBudget = async <Value>(
  timeMs: number,
  caller: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> => {
  if (caller.aborted) throw stoppedByCaller('NONE');
  const controller = new AbortController();
  const { promise: abandoned, reject: abandon } = Promise.withResolvers<never>();
  let graceTimer: NodeJS.Timeout | undefined;
  const stop = (reason: unknown, error: ExecutorError): void => {
    if (controller.signal.aborted) return;
    graceTimer = setTimeout(() => abandon(error), graceMs);
    controller.abort(reason);
  };
  const onCallerAbort = (): void => stop(asAbort(caller.reason), stoppedByCaller('UNKNOWN'));
  using _budget = startLateTimer(timeMs, () => {
    const message = `No answer within ${timeMs} ms.`;
    stop(
      new DOMException(message, 'TimeoutError'),
      new ExecutorError('EXECUTION_TIMEOUT', message, { effect: 'UNKNOWN' }),
    );
  });
  using _caller = addAbortListener(caller, onCallerAbort);
  try {
    return await Promise.race([work(controller.signal), abandoned]);
  } finally {
    clearTimeout(graceTimer);
  }
};

/** Executors throw the reason of their signal as it is: with a name of the caller's own it would be the platform's failure. */
const asAbort = (reason: unknown): DOMException =>
  new DOMException(reason instanceof Error ? reason.message : String(reason), 'AbortError');
