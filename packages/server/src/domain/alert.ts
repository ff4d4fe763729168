import type { AlertKind, HealthStatus, Priority } from '@countersign/shared';

/** What somebody should look at, from when it was seen until it is well again. */
export interface Alert {
  readonly kind: AlertKind;
  /** The lane, the platform, or the kind of thing that is kept. */
  readonly subject: string;
  /** What was seen when it was raised, for people. */
  readonly message: string;
  readonly since: Date;
}

/** How one thing looks now. BETWEEN neither raises an alert nor clears one, so that none flaps. */
export interface Sight extends Omit<Alert, 'since'> {
  readonly look: 'TROUBLE' | 'BETWEEN' | 'WELL';
}

/** Of the depth that raises an alert, what a lane must fall to before it is cleared. */
const clearedShare = 0.8;

/** A lane is in trouble where more than `limit` steps wait for a slot. */
export const laneSights = (
  lanes: readonly { readonly priority: Priority; readonly depth: number }[],
  limit: number,
): Sight[] =>
  lanes.map(({ priority, depth }) => ({
    kind: 'QUEUE_DEPTH',
    subject: priority,
    message: `${depth} steps wait in the lane ${priority}, more than ${limit}.`,
    look: depth > limit ? 'TROUBLE' : depth <= limit * clearedShare ? 'WELL' : 'BETWEEN',
  }));

const looks: Readonly<Record<HealthStatus, Sight['look']>> = {
  DOWN: 'TROUBLE',
  DEGRADED: 'BETWEEN',
  HEALTHY: 'WELL',
};

/**
 * That nothing is known against a platform which nobody has called lately, as after a restart, is no sign that it is
 * well again.
 */
export const executorSights = (
  executors: readonly {
    readonly platform: string;
    readonly status: HealthStatus;
    readonly recentCalls: number;
  }[],
): Sight[] =>
  executors.map(({ platform, status, recentCalls }) => ({
    kind: 'EXECUTOR_DOWN',
    subject: platform,
    message: `${platform} is down: every process that calls it is cut off from it.`,
    look: status === 'HEALTHY' && recentCalls === 0 ? 'BETWEEN' : looks[status],
  }));

const twoDaysMs = 2 * 86_400_000;

/** What is past its time may wait for a day, and for one more before somebody is told. */
export const retentionSights = (
  runs: readonly { readonly kind: string; readonly dueSince: Date | null; readonly error: string | null }[],
  now: Date,
): Sight[] =>
  runs.map(({ kind, dueSince, error }) => {
    const isLate = dueSince !== null && now.getTime() - dueSince.getTime() > twoDaysMs;
    return {
      kind: 'RETENTION_BEHIND',
      subject: kind,
      message:
        error === null
          ? `What is kept of ${kind} should have gone since ${dueSince?.toISOString() ?? 'now'}.`
          : `What is past its time of ${kind} cannot go: ${error}`,
      look: isLate || error !== null ? 'TROUBLE' : 'WELL',
    };
  });

/** Where a backup is expected, the newest good one may be so old. */
export const backupSights = (
  lastGoodAt: Date | null,
  oldAfterMs: number | null,
  now: Date,
): readonly Sight[] =>
  oldAfterMs === null
    ? []
    : [
        {
          kind: 'BACKUP_OLD',
          subject: 'installation',
          message:
            lastGoodAt === null
              ? 'This installation has no backup that it took and verified.'
              : `The newest good backup is of ${lastGoodAt.toISOString()}, older than it should be.`,
          look: lastGoodAt === null || now.getTime() - lastGoodAt.getTime() > oldAfterMs ? 'TROUBLE' : 'WELL',
        },
      ];

/** What of the open alerts is over, and what is new. Of what nobody sees any more nothing is wrong. */
export const alertChanges = (
  open: readonly Alert[],
  sights: readonly Sight[],
  now: Date,
): { readonly raised: readonly Alert[]; readonly cleared: readonly Alert[] } => {
  const isOf =
    (one: Pick<Alert, 'kind' | 'subject'>) =>
    (other: Pick<Alert, 'kind' | 'subject'>): boolean =>
      one.kind === other.kind && one.subject === other.subject;
  return {
    raised: sights
      .filter((sight) => sight.look === 'TROUBLE' && !open.some(isOf(sight)))
      .map(({ kind, subject, message }) => ({ kind, subject, message, since: now })),
    cleared: open.filter((alert) => (sights.find(isOf(alert))?.look ?? 'WELL') === 'WELL'),
  };
};
