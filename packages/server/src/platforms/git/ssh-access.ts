import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Who answers at an ssh repository, and who we are there. */
export interface SshAccess {
  /** As a file of known hosts has them, without the host: `ssh-ed25519 AAAA…`. No other host is spoken to. */
  readonly hostKeys: readonly string[];
  /** A private key; without one, those of the agent and of the user that the server runs as. */
  readonly keyFile?: string;
}

/** A public key as `ssh-keyscan` and `*.pub` files write it, without host and comment. */
export const hostKeyPattern =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{40,1500}={0,2}$/;

/** The keys are of the host of one repository, so they are known by one name, whatever the host is called. */
const alias = 'countersign';

/**
 * The command by which git speaks ssh: no settings of the machine's users, no questions, no host but the one whose key is known, and
 * nothing of ours handed on.
 */
export const sshCommand = async ({ hostKeys, keyFile }: SshAccess, cacheDir: string): Promise<string> => {
  const known = hostKeys.map((key) => `${alias} ${key}\n`).join('');
  const folder = join(cacheDir, 'ssh');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const knownHosts = join(folder, createHash('sha256').update(known).digest('hex').slice(0, 32));
  await writeFile(knownHosts, known, { mode: 0o600 });
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `HostKeyAlias=${alias}`,
    `UserKnownHostsFile=${inOption(knownHosts)}`,
    'GlobalKnownHostsFile=/dev/null',
    'UpdateHostKeys=no',
    'ForwardAgent=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'ConnectTimeout=15',
    ...(keyFile === undefined
      ? []
      : ['IdentitiesOnly=yes', 'IdentityAgent=none', `IdentityFile=${inOption(keyFile)}`]),
  ];
  return ['ssh', '-F', 'none', ...options.map((option) => inShell(`-o${option}`))].join(' ');
};

/** ssh parts the value of an option at spaces, and expands what follows a "%". */
const inOption = (path: string): string => `"${path.replaceAll('%', '%%')}"`;

/** git hands its command to a shell. */
const inShell = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
