import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * From 32768 on systems lend ports to outgoing connections and to whoever listens on port 0: one that is free now
 * may be a connection's by the time somebody listens on it. A Redis of a cluster takes a second port, 10000 above.
 */
const firstPort = 10_000;
const endPort = 22_768;
const mostTries = 100;

/** A TCP port that nothing on 127.0.0.1 uses at this moment, and that the system gives nobody by itself. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const port = randomInt(firstPort, endPort);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`None of ${mostTries} ports between ${firstPort} and ${endPort} is free.`);
}

export function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
