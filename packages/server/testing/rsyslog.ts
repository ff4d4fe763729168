import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@countersign/postgres/free-port';
import { spawnGuarded } from '@countersign/postgres/guarded-process';
import { hasProgram } from './debian-package.ts';
import { isListening } from './listening.ts';
import { authority, server } from './tls-parties.ts';
import { until } from './until.ts';

export interface Rsyslog extends AsyncDisposable {
  readonly port: number;
  /** Messages as they came, in the order in which they were written down. */
  messages(): Promise<readonly string[]>;
  /** In good order, or as a machine that loses its power. */
  stop(how: 'TERM' | 'KILL'): Promise<void>;
  start(): Promise<void>;
}

/** As its manual says for TLS: nobody is heard without a certificate of our authority. Its longest message is what it takes where nobody says otherwise. */
const settingsOf = (folder: string, port: number): string => `
global(
  workDirectory="${folder}"
  DefaultNetstreamDriver="gtls"
  DefaultNetstreamDriverCAFile="${folder}/authority.crt"
  DefaultNetstreamDriverCertFile="${folder}/server.crt"
  DefaultNetstreamDriverKeyFile="${folder}/server.key"
)
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid")
template(name="asItCame" type="string" string="%rawmsg%\\n")
ruleset(name="keep") { action(type="omfile" file="${folder}/messages" template="asItCame") }
input(type="imtcp" address="127.0.0.1" port="${port}" ruleset="keep")
`;

/** The machine's own rsyslogd on a free port, over TLS. */
export const startRsyslog = async (): Promise<Rsyslog> => {
  const lack =
    'Tests need rsyslogd with its GnuTLS driver, which is not on this machine: install it (Debian: apt-get install rsyslog-gnutls).';
  if (!hasProgram('rsyslogd', 'rsyslog-gnutls')) throw new Error(lack);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-rsyslog-'));
  const port = await freePort();
  const files = {
    'rsyslog.conf': settingsOf(folder, port),
    'authority.crt': authority,
    'server.crt': server.cert,
    'server.key': server.key,
    messages: '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const words = ['rsyslogd', '-n', '-C', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid')];
  let child: ReturnType<typeof spawnGuarded> | null = null;
  const start = async (): Promise<void> => {
    const started = spawnGuarded({ words, stopSignal: 'TERM' });
    child = started;
    await until(
      () => isListening(port),
      () => `rsyslogd does not listen (it ended with ${started.exitCode}). ${lack}`,
      { timeoutMs: 20_000 },
    );
  };
  const stop: Rsyslog['stop'] = async (how) => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exit = once(running, 'exit');
    if (how === 'KILL') process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), 'SIGKILL');
    running.stdin?.destroy();
    await exit;
    await rm(join(folder, 'pid'), { force: true });
  };
  await start();
  return {
    port,
    start,
    stop,
    async messages() {
      const lines = (await readFile(join(folder, 'messages'), 'utf8')).split('\n');
      // The last line ends where a write ended.
      return lines.slice(0, -1);
    },
    async [Symbol.asyncDispose]() {
      await stop('TERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
};
