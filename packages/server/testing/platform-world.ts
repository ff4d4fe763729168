import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createEgress, type Egress } from '../src/infra/egress.ts';
import type { ConformanceFailure, ReceivedRequest } from '../src/platforms/contract/executor-conformance.ts';
import { createLedgerPlatform, type LedgerPlatform } from './ledger-platform.ts';
import type { PlannedFailure } from './planned-failure.ts';

/** A ledger platform for one conformance case, and an egress that reaches it. */
export interface PlatformWorld extends AsyncDisposable {
  readonly platform: LedgerPlatform;
  readonly egress: Egress;
  readonly fingerprint: () => Promise<string>;
  readonly countEffects: () => Promise<number>;
  readonly received: () => readonly ReceivedRequest[];
}

export const createPlatformWorld = async (): Promise<PlatformWorld> => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-ledger-'));
  const platform = await createLedgerPlatform({ file: join(folder, 'ledger.jsonl') });
  const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
  return {
    platform,
    egress,
    fingerprint: async () => JSON.stringify(platform.effects()),
    countEffects: async () => platform.effects().length,
    received: () => platform.received,
    [Symbol.asyncDispose]: async () => {
      await egress[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
};

/** What any platform of a test can be made to do. */
interface OnPlatform {
  readonly platform: AsyncDisposable & {
    readonly behaviour: { failures: PlannedFailure[]; isLying: boolean };
  };
}

export const failing =
  (failure: PlannedFailure) =>
  async ({ platform }: OnPlatform): Promise<void> => {
    platform.behaviour.failures = [failure];
  };

export const lying = async ({ platform }: OnPlatform): Promise<void> => {
  platform.behaviour.isLying = true;
};

/** How the ways that a platform fails must be told apart, whoever calls it. */
export const platformFailures: readonly ConformanceFailure<OnPlatform>[] = [
  {
    name: 'a refusal',
    arrange: failing({ kind: 'STATUS', status: 403, when: 'BEFORE' }),
    code: 'PLATFORM_PERMISSION_DENIED',
    effect: 'NONE',
    retriable: false,
  },
  {
    name: 'too many requests',
    arrange: failing({ kind: 'STATUS', status: 429, retryAfterSeconds: 7, when: 'BEFORE' }),
    code: 'RATE_LIMIT_EXCEEDED',
    effect: 'NONE',
    retriable: true,
    retryAfterMs: 7_000,
  },
  {
    name: 'a broken server',
    arrange: failing({ kind: 'STATUS', status: 500, when: 'AFTER' }),
    code: 'SERVICE_DOWN',
    effect: 'UNKNOWN',
    retriable: true,
  },
  {
    name: 'a cut connection',
    arrange: failing({ kind: 'RESET', when: 'AFTER' }),
    code: 'NETWORK_ERROR',
    effect: 'UNKNOWN',
    retriable: true,
  },
];

/** Of a platform that never says for how long to wait. */
export const failuresWithoutWait = platformFailures.map(
  ({ retryAfterMs: _wait, ...failure }): ConformanceFailure<OnPlatform> => failure,
);

/** The effect is made, and the line is dead before anybody hears of it. */
export const fallingSilent = failing({ kind: 'HANG', when: 'AFTER' });

export const readingLate = async ({
  platform,
}: {
  readonly platform: { readonly behaviour: { staleReads: number } };
}): Promise<void> => {
  platform.behaviour.staleReads = 1;
};

export const unreachable: ConformanceFailure<OnPlatform> = {
  name: 'a platform that is not there',
  arrange: async ({ platform }) => {
    await platform[Symbol.asyncDispose]();
    // Whoever keeps a connection learns in the next turn that it is closed.
    await setImmediate();
    await setImmediate();
  },
  code: 'NETWORK_ERROR',
  effect: 'NONE',
  retriable: true,
};
