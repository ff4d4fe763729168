import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, readFileSync, statSync } from 'node:fs';

/** Under which account PostgreSQL's programs run, given to `spawn`. */
export interface PostgresAccount {
  /** Empty when the programs simply run as the current user. */
  ids: { uid?: number; gid?: number };
  /** Words before the program's path: empty, or a launcher that changes the account itself. */
  launcher: string[];
}

/** Somebody other than root, who PostgreSQL refuses to run as. */
export interface AccountIds {
  uid: number;
  gid: number;
}

/**
 * The account for programs that work in `folder` and belong to whoever owns it, when we are root and may
 * choose. A checkout under /root is closed to it: then the programs keep the one capability that enters.
 */
export function postgresAccount(program: string, folder: string): PostgresAccount {
  if (process.getuid?.() !== 0) return { ids: {}, launcher: [] };
  const { uid, gid } = statSync(folder);
  const paths = [program, folder];
  if (succeeds(['sh', '-c', 'test -x "$1" && test -x "$2"', 'sh', ...paths], { uid, gid })) {
    return { ids: { uid, gid }, launcher: [] };
  }

  const launcher = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...keptCapability];
  // PostgreSQL looks at its own files by access(2), as this does, which forgets capabilities unless told not to.
  const access = 'for (const path of process.argv.slice(1)) fs.accessSync(path, fs.constants.X_OK)';
  if (succeeds([...launcher, process.execPath, '-e', access, ...paths])) return { ids: {}, launcher };
  throw new Error(
    `The account "postgres", which runs the embedded PostgreSQL for root, cannot enter ${program} or ${folder}: ` +
      'move to a folder that it can enter, or start as another user than root.',
  );
}

const keptCapability = [
  '--securebits=+no_setuid_fixup',
  '--inh-caps=-all,+dac_override',
  '--ambient-caps=-all,+dac_override',
];

function succeeds([command = '', ...args]: string[], ids: Partial<AccountIds> = {}): boolean {
  return spawnSync(command, args, { ...ids, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Where we are root, gives a folder to the account that may run PostgreSQL, made where it is missing. */
export function lendToPostgres(folder: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = findAccount() ?? createAccount();
  chownSync(folder, uid, gid);
}

function findAccount(): AccountIds | undefined {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'postgres');
  return entry && { uid: Number(entry[2]), gid: Number(entry[3]) };
}

function createAccount(): AccountIds {
  const fault =
    'PostgreSQL does not run as root and the account "postgres" could not be created; start as another user.';
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error(fault, { cause });
  }
  const account = findAccount();
  if (!account) throw new Error(fault);
  return account;
}
