import { setTimeout as pause } from 'node:timers/promises';
import type { BackupRun } from '../../domain/backup-run.ts';
import type { Outcome } from '../../domain/errors.ts';
import type { Operations } from '../../operations.ts';
import type { RestCall } from './rest-route.ts';

const lookEveryMs = 250;
/** How long somebody who listens is told. */
export const longestMinutes = 30;
const longestMs = longestMinutes * 60_000;

interface Followed {
  readonly state: string;
  readonly progress: number;
  readonly endedAt: Date | null;
}

/** Something whenever it has come further, until it has ended, nobody listens, or the caller may not any more. */
export async function* follow<Run extends Followed>(
  look: () => Promise<Outcome<Run | null>>,
  call: RestCall,
  forMs = longestMs,
): AsyncGenerator<Run> {
  const until = performance.now() + forMs;
  let told = '';
  while (!call.signal.aborted) {
    const found = await look();
    if (!found.ok || !found.value) return;
    const { state, progress, endedAt } = found.value;
    if (told !== `${state} ${progress}`) yield found.value;
    told = `${state} ${progress}`;
    if (endedAt !== null || performance.now() + lookEveryMs > until || !(await call.mayGoOn())) return;
    await pause(lookEveryMs, undefined, { signal: call.signal }).catch(() => undefined);
  }
}

export const followBackup = (
  { backup }: Pick<Operations, 'backup'>,
  call: RestCall,
  id: string,
  forMs?: number,
): AsyncGenerator<BackupRun> => follow(() => backup.execute(call, { id }), call, forMs);
