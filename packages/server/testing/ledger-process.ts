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

/** A ledger platform in a process of its own, which may be killed. */
export const startLedgerProcess = (file: string, port = 0): Promise<LedgerProcess> =>
  start('ledger-platform.ts', '--port', String(port), '--file', file);

/** Where worlds open their ledgers: not in a process of ours, so that killing these leaves the oracle standing. */
export const startLedgerHost = (): Promise<LedgerProcess> => start('ledger-host.ts');

const start = async (program: string, ...words: readonly string[]): Promise<LedgerProcess> => {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [file, ...words], {
    // It ends with the test that started it, at the end of this pipe.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(60_000) })) as [string];
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
