import type { Head } from '@countersign/audit/verify-audit';
import type { Clock } from '../../infra/clock.ts';
import type { Connections } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { SigningKey } from '../../infra/signing-key.ts';
import { hasHead, readBacklog } from '../../record/seal-store.ts';
import type { Anchor } from './anchors.ts';
import { KeyElsewhere } from './audit-key.ts';
import { sealEvents } from './seal-events.ts';

export interface SealerDependencies {
  readonly database: Connections;
  readonly key: SigningKey;
  readonly anchors: readonly Anchor[];
  /** Heads are anchored no more often than this. */
  readonly anchorEveryMs: number;
  /** What an anchor of this installation kept before it started. */
  readonly keptHeads: () => readonly Head[];
  /** Everything up to here is known to have happened: what was sealed up to it need not be looked at again. */
  readonly readTo: () => bigint;
  readonly watch: SealWatch;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a process knows of the sealing, for its health and its metrics. */
export interface SealWatch {
  /** How long the oldest event that no seal holds has waited for one. */
  lagMs(): Promise<number>;
  /** What is wrong, in words; null where nothing is. */
  trouble(): Promise<string | null>;
  /** Set by the sealer. */
  note(what: 'ANCHOR' | 'SET_BACK', words: string | null): void;
}

const sealEveryMs = 1_000;
/** Until a key that was elsewhere is looked for again. */
const awayMs = 10_000;
const lateAfterMs = 30_000;

export const createSealWatch = (database: Connections, clock: Clock): SealWatch => {
  const noted = new Map<string, string>();
  const lagMs = async (): Promise<number> => {
    const { oldestAt } = await readBacklog(database);
    return oldestAt === null ? 0 : Math.max(0, clock.now().getTime() - oldestAt.getTime());
  };
  return {
    lagMs,
    async trouble() {
      const ms = await lagMs();
      const late =
        ms > lateAfterMs ? `The record has not been sealed for ${Math.round(ms / 1_000)} s.` : null;
      return noted.get('SET_BACK') ?? late ?? noted.get('ANCHOR') ?? null;
    },
    note(what, words) {
      if (words === null) noted.delete(what);
      else noted.set(what, words);
    },
  };
};

/**
 * Seals every second while there is something new, whichever process comes first, and hands the newest heads to
 * the anchors. What is younger than a second is unsealed, and what is younger than an anchoring is unanchored.
 */
export const startSealer = (deps: SealerDependencies): AsyncDisposable => {
  const { logger, readTo } = deps;
  const anchoring = createAnchoring(deps);
  let sealedTo: bigint | null = null;
  let isChecked = false;

  const round = async (): Promise<number> => {
    isChecked ||= await checkKept(deps);
    const end = readTo();
    if (end !== sealedTo) {
      const { heads, isUnfinished } = await sealEvents(deps);
      anchoring.add(heads);
      if (isUnfinished) {
        await anchoring.keepDue();
        return heads.length > 0 ? 0 : sealEveryMs;
      }
      sealedTo = end;
    }
    await anchoring.keepDue();
    return sealEveryMs;
  };
  let isAway = false;
  const roundWithKey = async (): Promise<number> => {
    try {
      const waitMs = await round();
      isAway = false;
      return waitMs;
    } catch (error) {
      if (!(error instanceof KeyElsewhere)) throw error;
      // Some process of the installation is to have it: said once here, and by health where nobody seals.
      if (!isAway) logger.warn({}, error.message);
      isAway = true;
      return awayMs;
    }
  };
  const loop = startLoop({ name: 'sealer', round: roundWithKey, idleMs: sealEveryMs, logger });
  return {
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await anchoring.keep();
    },
  };
};

/** A database that knows less than an anchor was set back to an earlier copy, or was changed. */
const checkKept = async ({ database, keptHeads, watch, logger }: SealerDependencies): Promise<true> => {
  for (const head of keptHeads()) {
    if (await hasHead(database, head)) continue;
    const words = `The record was sealed up to ${head.size.toLocaleString('en')} entries before, and the database does not know that seal: it was set back to an earlier copy, or changed.`;
    logger.error({ auditHead: head }, words);
    watch.note('SET_BACK', words);
  }
  return true;
};

const createAnchoring = ({ anchors, anchorEveryMs, watch, clock, logger }: SealerDependencies) => {
  const lines = anchors.map((anchor) => ({ anchor, waiting: new Map<string, Head>() }));
  let dueAt = 0;
  const keep = async (): Promise<void> => {
    const due = lines.filter(({ waiting }) => waiting.size > 0);
    if (due.length === 0) return;
    dueAt = clock.now().getTime() + anchorEveryMs;
    const kept = await Promise.allSettled(due.map(keepWaiting));
    const failed = due.filter((_, at) => kept[at]?.status === 'rejected').map(({ anchor }) => anchor.name);
    const words = `The record is sealed, but these anchors do not take its heads: ${failed.join(', ')}.`;
    watch.note('ANCHOR', failed.length > 0 ? words : null);
    if (failed.length > 0) logger.warn({ reasons: kept }, words);
  };
  return {
    add(heads: readonly Head[]): void {
      for (const { waiting } of lines) for (const head of heads) waiting.set(head.tenantId, head);
    },
    keep,
    async keepDue(): Promise<void> {
      if (clock.now().getTime() >= dueAt) await keep();
    },
  };
};

/** What an anchor did not take is handed to it again: of a tenant that is quiet from then on there is no other head. */
const keepWaiting = async ({
  anchor,
  waiting,
}: {
  anchor: Anchor;
  waiting: Map<string, Head>;
}): Promise<void> => {
  const heads = [...waiting.values()];
  await anchor.keep(heads);
  for (const head of heads) if (waiting.get(head.tenantId) === head) waiting.delete(head.tenantId);
};
