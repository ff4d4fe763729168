import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@countersign/postgres/free-port';
import { execa } from 'execa';

export interface KeyPair {
  readonly privateFile: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
}

export const makeKeyPair = async (folder: string, name: string): Promise<KeyPair> => {
  const privateFile = join(folder, name);
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', privateFile]);
  return { privateFile, publicKey: (await readFile(`${privateFile}.pub`, 'utf8')).trim() };
};

export interface SshServer extends AsyncDisposable {
  /** `ssh://root@127.0.0.1:2222` */
  readonly origin: string;
  readonly hostKey: string;
}

/** A real sshd on this machine, for this user, who shows this key. */
export const startSshServer = async (folder: string, authorized: KeyPair): Promise<SshServer> => {
  // It wants this folder where it runs as root.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const host = await makeKeyPair(folder, 'host');
  const keys = join(folder, 'authorized_keys');
  await writeFile(keys, `${authorized.publicKey}\n`);
  const port = await freePort();
  const config = join(folder, 'sshd_config');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey "${host.privateFile}"`,
    `AuthorizedKeysFile "${keys}"`,
    'AuthenticationMethods publickey',
    'PermitRootLogin yes',
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const { stdout: program } = await execa('sh', ['-c', 'command -v sshd']);
  const server = spawn(program, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  for await (const chunk of server.stderr) {
    said += String(chunk);
    if (said.includes('Server listening')) break;
  }
  if (!said.includes('Server listening')) throw new Error(`sshd did not start: ${said}`);
  return {
    origin: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    hostKey: host.publicKey,
    [Symbol.asyncDispose]: async () => {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    },
  };
};
