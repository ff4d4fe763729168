import type { RunStep } from './run-data.ts';

type Attempts = Pick<RunStep, 'attempt' | 'maxAttempts' | 'attemptsBefore'>;

/** Null of the first, as most are. One beyond those that the plan allows makes nothing. */
export const attemptWords = ({ attempt, maxAttempts, attemptsBefore }: Attempts): string | null => {
  if (attempt <= 1) return null;
  const which =
    attempt > maxAttempts
      ? 'a look after its last attempt'
      : `attempt ${attempt - attemptsBefore} of ${maxAttempts - attemptsBefore}`;
  return attemptsBefore === 0 ? which : `${which}, anew after ${attemptsBefore}`;
};
