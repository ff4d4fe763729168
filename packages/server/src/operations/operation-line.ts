import type { Caller } from '../domain/principal.ts';
import { createLine, type LineTerms } from '../infra/line.ts';

/** In which what is asked of one process has its turn. */
export interface OperationLine {
  run<Value>(viewer: Caller, work: () => Promise<Value>): Promise<Value>;
  isFull(viewer: Caller): boolean;
}

/**
 * What one process does at once for callers, and what may wait: some seconds' worth. A caller leaves a quarter of what is
 * done at once to others, since an operation may wait for somebody outside.
 */
const usualTerms: LineTerms = { atOnce: 40, atOnceEach: 30, waiting: 2_000 };

/** People have a line of their own: whatever programs ask for, they see it and decide. */
export const createOperationLine = (terms = usualTerms): OperationLine => {
  const [people, programs] = [createLine(terms), createLine(terms)];
  const lineOf = ({ type }: Caller) => (type === 'HUMAN' ? people : programs);
  return {
    run: (viewer, work) => lineOf(viewer).run(viewer, work),
    isFull: (viewer) => lineOf(viewer).isFull(viewer),
  };
};
