import { dirname } from 'node:path';

/** What a program may reach. Folders and files are absolute paths. */
export interface ProgramReach {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly network: boolean;
}

/** Nobody: programs that look at who they are do not find an administrator. */
const nobody = '65534';

/** Of files in memory. */
const scratchBytes = String(64 * 1_048_576);

/** What programs need of a system to run at all. Nothing of it is ours, and no accounts are in it. */
const systemPaths = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/opt', '/nix/store'];
const settingPaths = [
  'alternatives',
  'ca-certificates',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'pki',
  'ssl',
].map((name) => `/etc/${name}`);
/** How names become addresses. */
const networkPaths = ['hosts', 'nsswitch.conf', 'resolv.conf'].map((name) => `/etc/${name}`);

const bound = (option: string, paths: readonly string[]): string[] =>
  paths.flatMap((path) => [option, path, path]);

/**
 * Words before a program's own that shut it in by bubblewrap: users, processes and, unless it may reach it, the
 * network are its own; of files it sees the system's programs and what is named here, and writes to nothing but
 * `writes` and a `/tmp` that ends with it. On descriptor 4 it says which process the program is, and how it ended.
 */
export const sandboxWords = (program: string, cwd: string, { reads, writes, network }: ProgramReach) => [
  'bwrap',
  '--unshare-all',
  ...(network ? ['--share-net'] : []),
  ...['--uid', nobody, '--gid', nobody, '--cap-drop', 'ALL', '--hostname', 'sandbox'],
  ...['--die-with-parent', '--as-pid-1', '--json-status-fd', '4'],
  ...bound('--ro-bind-try', [...systemPaths, ...settingPaths, ...(network ? networkPaths : [])]),
  // Where we are root, its files of the kernel's settings are ours to write, and a program's that has our user.
  ...['--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys', '--dev', '/dev'],
  ...['--size', scratchBytes, '--tmpfs', '/dev/shm', '--size', scratchBytes, '--tmpfs', '/tmp'],
  ...bound('--ro-bind', [dirname(program), ...reads]),
  ...bound('--bind', writes),
  ...['--remount-ro', '/dev', '--remount-ro', '/'],
  ...['--chdir', cwd, '--'],
];

/** What one program may use up. */
export interface ProgramLimits {
  /** Of data, which is what it really uses: programs reserve far more addresses than that. */
  readonly memoryBytes: number;
  /** Of processor time, each of its processes. */
  readonly cpuSeconds: number;
  readonly openFiles: number;
  readonly fileBytes: number;
}

/** A limit that cannot be set ends it before it begins. What callers chose stands in arguments, which no shell reads. */
const underLimits =
  'ulimit -c 0 && ulimit -d "$1" && ulimit -t "$2" && ulimit -n "$3" && ulimit -f "$4" && shift 4 && echo >&3 && exec "$@" 3>&-';

/** Words before a program's own that hold it to its limits, and say on descriptor 3 that it begins. */
export const limitWords = ({ memoryBytes, cpuSeconds, openFiles, fileBytes }: ProgramLimits) => [
  ...['/bin/sh', '-c', underLimits, 'sh'],
  ...[Math.ceil(memoryBytes / 1_024), cpuSeconds, openFiles, Math.ceil(fileBytes / 512)].map(String),
];
