import { EventEmitter } from 'node:events';

/** How long things took that no event of the log tells; whoever counts listens. */
export interface Measured {
  /** A revision was planned, or could not be: milliseconds. */
  readonly planned: [durationMs: number];
  readonly toolCalled: [call: { readonly tool: string; readonly isOk: boolean }];
}

export type Measures = EventEmitter<Measured>;

export const createMeasures = (): Measures => new EventEmitter<Measured>();

/** Measures from now until it is disposed. */
export const timePlanning = (measures: Measures | undefined): Disposable => {
  const begun = performance.now();
  return {
    [Symbol.dispose]: () => void measures?.emit('planned', performance.now() - begun),
  };
};
