/** The stretches of a task's life, read from its events. */
export type StretchKind = 'planning' | 'approval' | 'held' | 'queued' | 'running';

export interface Stretch {
  readonly kind: StretchKind;
  readonly fromMs: number;
  readonly toMs: number;
  /** It still goes on. */
  readonly isOpen: boolean;
}

export interface EventLike {
  readonly type: string;
  readonly at: string;
}

/** What begins with an event; null where the task's life ends. Events that are not here change nothing. */
const begins: Readonly<Record<string, StretchKind | null>> = {
  'task.submitted': 'planning',
  'approval.requested': 'approval',
  'approval.withdrawn': 'approval',
  'task.held': 'held',
  'task.queued': 'queued',
  'task.started': 'running',
  'plan.superseded': 'planning',
  'run.paused': 'approval',
  'run.resumed': 'running',
  'run.rollback_started': 'running',
  'task.needs_attention': 'approval',
  'step.resolved': 'running',
  'step.retried': 'running',
  'task.succeeded': null,
  'task.failed': null,
  'task.denied': null,
  'task.rejected': null,
  'task.expired': null,
  'task.cancelled': null,
  'task.rolled_back': null,
};

/** Types of the events that end one stretch and begin the next. */
export const turningTypes: readonly string[] = Object.keys(begins);

/** Time in which nothing of ours works: a person or a queue is waited for. */
const isWaiting = (kind: StretchKind): boolean => kind !== 'planning' && kind !== 'running';

/** `endedMs`: when nothing of it ran any more; null while it goes on. What is known of a long life may be its beginning. */
export const stretches = (
  events: readonly EventLike[],
  nowMs: number,
  endedMs: number | null = null,
): Stretch[] => {
  const turns = events.flatMap(({ type, at }) => {
    const kind = begins[type];
    return kind === undefined ? [] : [{ kind, atMs: Date.parse(at) }];
  });
  // The same stretch announced twice goes on.
  const starts = turns.filter(({ kind }, index) => index === 0 || turns[index - 1]?.kind !== kind);
  return starts.flatMap(({ kind, atMs }, index) => {
    if (kind === null) return [];
    const next = starts[index + 1];
    const toMs = Math.max(atMs, next?.atMs ?? endedMs ?? nowMs);
    return [{ kind, fromMs: atMs, toMs, isOpen: next === undefined && endedMs === null }];
  });
};

/** Whether so much of the time is waited that the work is hard to see beside it. */
export const isWaitingLong = (all: readonly Stretch[]): boolean => {
  const sum = (some: readonly Stretch[]): number =>
    some.reduce((total, { fromMs, toMs }) => total + toMs - fromMs, 0);
  return (
    sum(all.filter(({ kind }) => isWaiting(kind))) >= sum(all) / 10 && all.some(({ kind }) => isWaiting(kind))
  );
};

export interface PlacedStretch extends Stretch {
  /** Share of the whole width, 0 to 1. */
  readonly width: number;
}

const leastWidth = 0.015;
const foldedWidth = 0.05;

/**
 * Shares of the width by duration. With `isWaitingHidden` a wait takes a small fixed place, so that
 * an hour of waiting does not press a second of work into nothing.
 */
export const placeStretches = (all: readonly Stretch[], isWaitingHidden: boolean): PlacedStretch[] => {
  const isFolded = (stretch: Stretch): boolean => isWaitingHidden && isWaiting(stretch.kind);
  const folded = all.filter(isFolded).length;
  const totalMs = all
    .filter((stretch) => !isFolded(stretch))
    .reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const room = Math.max(0.2, 1 - folded * foldedWidth);
  const widths = all.map((stretch) =>
    isFolded(stretch)
      ? foldedWidth
      : Math.max(leastWidth, totalMs === 0 ? leastWidth : ((stretch.toMs - stretch.fromMs) / totalMs) * room),
  );
  const sum = widths.reduce((total, width) => total + width, 0);
  return all.map((stretch, index) => ({ ...stretch, width: sum === 0 ? 0 : (widths[index] ?? 0) / sum }));
};
