import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { spawnGuarded } from '@countersign/postgres/guarded-process';
import { freePort } from '@countersign/postgres/free-port';
import { hasProgram } from './debian-package.ts';
import { isListening } from './listening.ts';
import { until } from './until.ts';

export interface Mosquitto extends AsyncDisposable {
  readonly url: string;
}

/** The machine's own mosquitto on a free port. */
export const startMosquitto = async (): Promise<Mosquitto> => {
  if (!hasProgram('mosquitto', 'mosquitto'))
    throw new Error(
      'Tests need mosquitto, which is not on this machine: install it (Debian: apt-get install mosquitto).',
    );
  const folder = await mkdtemp(join(tmpdir(), 'countersign-mosquitto-'));
  const port = await freePort();
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'log_type error',
  ];
  await writeFile(join(folder, 'mosquitto.conf'), settings.join('\n'));
  const words = ['mosquitto', '-c', join(folder, 'mosquitto.conf')];
  const child = spawnGuarded({ words, stopSignal: 'TERM', throwaway: folder });
  await until(
    () => isListening(port),
    () => `mosquitto does not listen (it ended with ${child.exitCode})`,
    { timeoutMs: 60_000 },
  );
  return {
    url: `mqtt://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.stdin?.destroy();
        await exit;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
};
