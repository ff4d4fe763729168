import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../infra/clock.ts';
import type { Connections } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import { noteRun } from '../../record/retention-run-store.ts';
import { countDue, removeDue, retainedKinds, type RetainedKind } from '../../record/retention-store.ts';

/** How the record leaves the log: the feature that seals it knows. */
export interface RecordArchive {
  /** One archive of a tenant; gives how many entries left the log, null where nothing was left to do. */
  some(tenantId: string, keepMs: number, signal: AbortSignal): Promise<number | null>;
  /** Since when the oldest entry of a tenant is past its time; null where none is. */
  dueSince(tenantId: string, keepMs: number): Promise<Date | null>;
}

export interface RetentionDependencies {
  readonly database: Connections;
  readonly clock: Clock;
  /** Milliseconds; null for ever. */
  readonly keepMs: Readonly<Record<RetainedKind | 'AUDIT', number | null>>;
  readonly findTenantIds: () => Promise<readonly string[]>;
  readonly archive: RecordArchive;
  readonly logger: Logger;
}

/** What is kept for how long, and what of it is past its time. */
export interface RetentionLine {
  readonly kind: RetainedKind | 'AUDIT';
  readonly keepMs: number | null;
  /** So many at the least; null where they are not counted. */
  readonly due: number | null;
  readonly dueSince: Date | null;
}

const mostDue = 100_000;
/** In transactions of some milliseconds each: readers of the log wait for the longest one. */
const removedAtOnce = 500;
const breathMs = 5;

export const planRetention = async (deps: RetentionDependencies): Promise<RetentionLine[]> => {
  const lines: RetentionLine[] = [
    { kind: 'AUDIT', keepMs: deps.keepMs.AUDIT, due: null, dueSince: await recordDueSince(deps) },
  ];
  for (const kind of retainedKinds) {
    const keepMs = deps.keepMs[kind];
    const { count, dueSince } = await dueOf(deps, kind, mostDue);
    lines.push({ kind, keepMs, due: count, dueSince });
  }
  return lines;
};

/** All that is past its time; what cannot be removed is told, and stops nothing else. Gives how much went. */
export const retainAll = async (deps: RetentionDependencies, signal: AbortSignal): Promise<number> => {
  let removed = await run(deps, 'AUDIT', recordDueSince, () => archiveRecord(deps, signal));
  for (const kind of retainedKinds) {
    if (signal.aborted) return removed;
    const dueSince = async () => (await dueOf(deps, kind, 1)).dueSince;
    removed += await run(deps, kind, dueSince, () => removeKind(deps, kind, signal));
  }
  return removed;
};

interface Came {
  readonly removed: number;
  readonly errors: readonly unknown[];
}

const run = async (
  deps: RetentionDependencies,
  kind: RetentionLine['kind'],
  dueSince: (deps: RetentionDependencies) => Promise<Date | null>,
  work: () => Promise<Came>,
): Promise<number> => {
  const { removed, errors } = await work();
  for (const err of errors) deps.logger.error({ err, kind }, 'something past its time could not be removed');
  const [error] = errors.map((each) => (each instanceof Error ? each.message : String(each)));
  await noteRun(deps.database, {
    kind,
    at: deps.clock.now(),
    removed,
    dueSince: await dueSince(deps),
    error: error ?? null,
  });
  return removed;
};

const archiveRecord = async (deps: RetentionDependencies, signal: AbortSignal): Promise<Came> => {
  const keepMs = deps.keepMs.AUDIT;
  const errors: unknown[] = [];
  let removed = 0;
  if (keepMs === null) return { removed, errors };
  for (const tenantId of await deps.findTenantIds()) {
    try {
      for (let some: number | null = 0; some !== null && !signal.aborted;) {
        some = await deps.archive.some(tenantId, keepMs, signal);
        removed += some ?? 0;
      }
    } catch (error) {
      errors.push(error);
    }
  }
  return { removed, errors };
};

const removeKind = async (
  deps: RetentionDependencies,
  kind: RetainedKind,
  signal: AbortSignal,
): Promise<Came> => {
  const before = beforeOf(deps, kind);
  let removed = 0;
  if (before === null) return { removed, errors: [] };
  try {
    for (let some = removedAtOnce; some === removedAtOnce && !signal.aborted;) {
      some = await removeDue(deps.database, kind, before, removedAtOnce);
      removed += some;
      await pause(breathMs);
    }
    return { removed, errors: [] };
  } catch (error) {
    return { removed, errors: [error] };
  }
};

const beforeOf = ({ clock, keepMs }: RetentionDependencies, kind: RetainedKind): Date | null => {
  const kept = keepMs[kind];
  return kept === null ? null : new Date(clock.now().getTime() - kept);
};

const dueOf = async (
  deps: RetentionDependencies,
  kind: RetainedKind,
  most: number,
): Promise<{ readonly count: number; readonly dueSince: Date | null }> => {
  const before = beforeOf(deps, kind);
  if (before === null) return { count: 0, dueSince: null };
  const { count, oldestAt } = await countDue(deps.database, kind, before, most);
  const keepMs = deps.keepMs[kind] ?? 0;
  return { count, dueSince: oldestAt && new Date(oldestAt.getTime() + keepMs) };
};

const recordDueSince = async (deps: RetentionDependencies): Promise<Date | null> => {
  const keepMs = deps.keepMs.AUDIT;
  if (keepMs === null) return null;
  let oldest: Date | null = null;
  for (const tenantId of await deps.findTenantIds()) {
    const since = await deps.archive.dueSince(tenantId, keepMs);
    if (since && (!oldest || since < oldest)) oldest = since;
  }
  return oldest;
};
