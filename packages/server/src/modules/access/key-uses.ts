import { keyUseIntervalMs } from '../../record/api-key-store.ts';
import type { Logger } from '../../infra/logger.ts';

/** Notes when keys were last used, aside from the requests that used them. */
export interface KeyUses extends AsyncDisposable {
  note(apiKeyId: string): void;
}

export interface KeyUsesOptions {
  readonly save: (apiKeyIds: readonly string[]) => Promise<void>;
  readonly logger: Logger;
}

/** Keys used within this time share one statement. */
const gatherMs = 1_000;

/** Disposing writes what is noted still. */
export const createKeyUses = ({ save, logger }: KeyUsesOptions): KeyUses => {
  const notedAtMs = new Map<string, number>();
  const pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const write = async (): Promise<void> => {
    const ids = [...pending];
    pending.clear();
    const atMs = performance.now();
    for (const [id, lastMs] of notedAtMs) if (atMs - lastMs >= keyUseIntervalMs) notedAtMs.delete(id);
    ids.forEach((id) => notedAtMs.set(id, atMs));
    try {
      if (ids.length > 0) await save(ids);
    } catch (error) {
      logger.warn({ err: error }, 'when keys were last used could not be written');
    }
  };
  const writeNext = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  };

  return {
    note(apiKeyId) {
      const lastMs = notedAtMs.get(apiKeyId);
      if (lastMs !== undefined && performance.now() - lastMs < keyUseIntervalMs) return;
      pending.add(apiKeyId);
      timer ??= setTimeout(() => void writeNext(), gatherMs).unref();
    },
    [Symbol.asyncDispose]: writeNext,
  };
};
