import { addAbortListener } from 'node:events';
/** Fires with the first of several signals, and lets go of all of them at its end. */
export interface JoinedSignal extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * As `AbortSignal.any`, which never forgets whom it joined to a signal that lives as long as the process: each call
 * would leave something behind there.
 */
export const joinSignals = (...signals: readonly AbortSignal[]): JoinedSignal => {
  const controller = new AbortController();
  const letGo = (): void => {
    for (const listener of heard) listener[Symbol.dispose]();
  };
  const onAbort = (): void => {
    letGo();
    controller.abort(signals.find(({ aborted }) => aborted)?.reason);
  };
  const heard = signals.map((signal) => addAbortListener(signal, onAbort));
  if (signals.some(({ aborted }) => aborted)) onAbort();
  return { signal: controller.signal, [Symbol.dispose]: letGo };
};
