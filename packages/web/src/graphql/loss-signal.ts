import type { ConnectionStore } from './connection-store.ts';

/** An answer that is on its way when the connection is lost may still arrive within this time. */
const graceMs = 2_000;

export interface LossSignal {
  /** Aborted soon after the connection is no longer what it was. */
  readonly signal: AbortSignal;
  stop(): void;
}

/** Gives up what waits for a server that is gone, so that nothing of it is left for when it is back. */
export const createLossSignal = (connection: ConnectionStore | undefined, afterMs = graceMs): LossSignal => {
  const controller = new AbortController();
  const phaseAtFirst = connection?.read().phase;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const unsubscribe = connection?.subscribe(() => {
    const { phase } = connection.read();
    if (timer !== undefined || phase === phaseAtFirst || phase === 'live' || phase === 'polling') return;
    timer = setTimeout(() => controller.abort(), afterMs);
  });
  return {
    signal: controller.signal,
    stop() {
      clearTimeout(timer);
      unsubscribe?.();
    },
  };
};
