import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface LedgerProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** SIGKILL, as a power cut would end it. */
  readonly kill: () => Promise<void>;
}

const program = fileURLToPath(new URL('./ledger-platform.ts', import.meta.url));

/** A ledger platform in a process of its own, so that killing ours leaves the oracle standing. */
export const startLedgerProcess = async (file: string, port = 0): Promise<LedgerProcess> => {
  const child = spawn(process.execPath, [program, '--port', String(port), '--file', file], {
    // It ends with the test that started it, at the end of this pipe.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(20_000) })) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url,
    pid: child.pid ?? 0,
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
};
