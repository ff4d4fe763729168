import type { NewEvent } from '../../domain/events.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { Journal } from '../../record/journal.ts';

/** What somebody tried and was not let do. */
export type Attempt =
  | {
      readonly kind: 'REFUSED';
      readonly tenantId: string;
      /** Null for several together. */
      readonly actorId: string | null;
      readonly operation: string;
      readonly code: ErrorCode;
    }
  | { readonly kind: 'SIGN_IN'; readonly door: 'SESSION' | 'API' };

/** Records attempts without ever holding them up, and without letting a flood of them fill the record. */
export interface Attempts extends AsyncDisposable {
  note(attempt: Attempt): void;
}

export interface AttemptDependencies {
  readonly journal: Pick<Journal, 'transaction'>;
  /** Where what nobody is known for is recorded; null where there is no tenant yet. */
  readonly findFirstTenant: () => Promise<string | null>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The first of a kind is recorded within a second; the others of the next minute are one entry more. */
const windowMs = 60_000;
const lookEveryMs = 1_000;
/** Kinds that are told apart at once; what comes beyond them in a minute is counted together, by tenant and code. */
const capacity = 500;
const others = 'other operations';

interface Counted {
  readonly attempt: Attempt;
  count: number;
  dueAt: number;
}

interface Due {
  readonly entry: Counted;
  readonly count: number;
}

export const createAttempts = ({
  journal,
  findFirstTenant,
  clock,
  logger,
}: AttemptDependencies): Attempts => {
  const counted = new Map<string, Counted>();

  const record = async (due: readonly Due[]): Promise<void> => {
    const isSignIn = ({ entry: { attempt } }: Due): boolean => attempt.kind === 'SIGN_IN';
    const first = due.some(isSignIn) ? await findFirstTenant() : null;
    await journal.transaction((tx) => {
      for (const {
        entry: { attempt },
        count,
      } of due) {
        const event = eventOf(attempt, count, clock.now(), first);
        if (event) tx.record(event);
      }
      return Promise.resolve();
    });
  };

  const round = async (isLast = false): Promise<number> => {
    const now = performance.now();
    const due: Due[] = [];
    for (const [key, entry] of counted) {
      if (!isLast && entry.dueAt > now) continue;
      if (entry.count === 0) counted.delete(key);
      else due.push({ entry, count: entry.count });
      entry.count = 0;
      entry.dueAt = now + windowMs;
    }
    if (due.length > 0) await record(due).catch((error: unknown) => tellLater(due, error));
    return lookEveryMs;
  };
  const loop = startLoop({ name: 'refused attempts', round: () => round(), idleMs: lookEveryMs, logger });

  return {
    note(wanted) {
      const isCountedAlone =
        wanted.kind === 'SIGN_IN' || counted.size < capacity || counted.has(keyOf(wanted));
      const attempt = isCountedAlone ? wanted : { ...wanted, actorId: null, operation: others };
      const key = keyOf(attempt);
      const known = counted.get(key);
      if (known) known.count += 1;
      else counted.set(key, { attempt, count: 1, dueAt: 0 });
    },
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await round(true).catch((error: unknown) => {
        logger.warn({ err: error }, 'refused attempts could not be recorded');
      });
    },
  };
};

/** What is not on record yet is told in the next round. */
const tellLater = (due: readonly Due[], error: unknown): never => {
  for (const { entry, count } of due) {
    entry.count += count;
    entry.dueAt = 0;
  }
  throw error;
};

const keyOf = (attempt: Attempt): string =>
  attempt.kind === 'SIGN_IN'
    ? attempt.door
    : `${attempt.tenantId} ${attempt.actorId} ${attempt.operation} ${attempt.code}`;

const eventOf = (attempt: Attempt, count: number, at: Date, firstTenant: string | null): NewEvent | null => {
  const often = count === 1 ? '' : `, ${count} times`;
  if (attempt.kind === 'REFUSED') {
    const { tenantId, actorId, operation, code } = attempt;
    const summary = `Refused: ${operation}, ${code}${often}`;
    const data = { operation, code, count };
    return { tenantId, type: 'attempt.refused', at, taskId: null, actorId, summary, data };
  }
  const { door } = attempt;
  const summary = `${door === 'SESSION' ? 'A sign-in' : 'A call'} failed: nobody has these credentials${often}`;
  const data = { door, count };
  return firstTenant === null
    ? null
    : {
        tenantId: firstTenant,
        type: 'sign_in.failed',
        at,
        taskId: null,
        actorId: null,
        summary,
        data,
      };
};
