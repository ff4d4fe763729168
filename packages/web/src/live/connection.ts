/** How well this page hears the server. Only an acknowledged and answering socket is LIVE. */
export type ConnectionPhase = 'connecting' | 'live' | 'reconnecting' | 'polling' | 'offline' | 'ended';

export interface ConnectionState {
  readonly phase: ConnectionPhase;
  readonly isSocketLive: boolean;
  readonly hasBeenLive: boolean;
  /** Sockets refused in a row since the last live one. */
  readonly refusals: number;
  readonly isHttpReachable: boolean;
  readonly hasSessionEnded: boolean;
  /** Round trip of the last ping. */
  readonly latencyMs: number | null;
  /** When the data on screen was last known to be current, by the device's clock. */
  readonly currentAsOfMs: number | null;
}

export type ConnectionSignal =
  | { readonly type: 'socketAcknowledged'; readonly atMs: number }
  | { readonly type: 'pong'; readonly atMs: number; readonly latencyMs: number }
  | { readonly type: 'socketLost' }
  | { readonly type: 'requestAnswered'; readonly atMs: number }
  | { readonly type: 'requestUnreachable' }
  | { readonly type: 'sessionEnded' }
  | { readonly type: 'sessionStarted' };

/** Sockets refused in a row before the page stops waiting and asks over HTTP instead. */
export const refusalsBeforePolling = 3;

export const initialConnection: ConnectionState = {
  phase: 'connecting',
  isSocketLive: false,
  hasBeenLive: false,
  refusals: 0,
  isHttpReachable: true,
  hasSessionEnded: false,
  latencyMs: null,
  currentAsOfMs: null,
};

const phaseOf = (state: ConnectionState): ConnectionPhase => {
  if (state.hasSessionEnded) return 'ended';
  if (state.isSocketLive) return 'live';
  if (!state.isHttpReachable) return 'offline';
  if (state.refusals >= refusalsBeforePolling) return 'polling';
  return state.hasBeenLive || state.refusals > 0 ? 'reconnecting' : 'connecting';
};

const apply = (state: ConnectionState, signal: ConnectionSignal): ConnectionState => {
  switch (signal.type) {
    case 'socketAcknowledged':
      return {
        ...state,
        isSocketLive: true,
        hasBeenLive: true,
        refusals: 0,
        isHttpReachable: true,
        currentAsOfMs: signal.atMs,
      };
    case 'pong':
      return { ...state, latencyMs: signal.latencyMs, currentAsOfMs: signal.atMs };
    case 'socketLost':
      // A live socket that breaks is a loss; one that never got its acknowledgement is a refusal.
      return state.isSocketLive
        ? { ...state, isSocketLive: false, latencyMs: null }
        : { ...state, refusals: state.refusals + 1 };
    case 'requestAnswered':
      // What was refused while nobody was there says nothing of the server that is back.
      if (state.phase === 'offline') return { ...state, isHttpReachable: true, refusals: 0 };
      return {
        ...state,
        isHttpReachable: true,
        currentAsOfMs: state.refusals >= refusalsBeforePolling ? signal.atMs : state.currentAsOfMs,
      };
    case 'requestUnreachable':
      // A socket that still answers outranks one failed request.
      return state.isSocketLive ? state : { ...state, isHttpReachable: false };
    case 'sessionEnded':
      return { ...state, hasSessionEnded: true, isSocketLive: false };
    case 'sessionStarted':
      return { ...initialConnection };
  }
};

export const nextConnection = (state: ConnectionState, signal: ConnectionSignal): ConnectionState => {
  const next = apply(state, signal);
  return { ...next, phase: phaseOf(next) };
};

/** 250 ms doubling to 15 s, give or take 30 %, so that many pages do not return at once. */
export const reconnectDelayMs = (attempt: number, random: () => number = Math.random): number => {
  const base = Math.min(15_000, 250 * 2 ** Math.min(attempt, 10));
  return base * (0.7 + 0.6 * random());
};

export interface ConnectionStore {
  read(): ConnectionState;
  subscribe(listener: () => void): () => void;
  signal(signal: ConnectionSignal): void;
}

export const createConnectionStore = (): ConnectionStore => {
  const listeners = new Set<() => void>();
  let state = initialConnection;
  return {
    read: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signal(signal) {
      state = nextConnection(state, signal);
      for (const listener of listeners) listener();
    },
  };
};

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
