import {
  initialConnection,
  nextConnection,
  type ConnectionSignal,
  type ConnectionState,
} from './connection.ts';

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
