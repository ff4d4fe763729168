import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import { nearestNames } from '../../domain/nearest.ts';
import type { LfsServer } from './lfs-server.ts';
import type { SshAccess } from './ssh-access.ts';

export interface AllowedRepository {
  /** Short name that callers may use instead of the location: `demo`. */
  readonly name?: string;
  /** An absolute path, or an http, https or ssh URL without credentials. */
  readonly location: string;
  /** True allows every repository below the location. */
  readonly isPrefix?: boolean;
  /** Value of the `Authorization` header for an http(s) repository. */
  readonly authorization?: string;
  /** How an ssh repository is reached: without it, it is not. */
  readonly ssh?: SshAccess;
  /** Of one repository: what keeps the files that Git LFS keeps. */
  readonly lfs?: LfsServer;
}

export type RepositoryPlace =
  | {
      readonly kind: 'LOCAL';
      readonly label: string;
      readonly gitDir: string;
      readonly lfs: LfsServer | null;
    }
  | {
      readonly kind: 'REMOTE';
      readonly label: string;
      readonly url: string;
      readonly protocol: 'http' | 'https' | 'ssh';
      readonly authorization: string | null;
      readonly ssh: SshAccess | null;
      readonly lfs: LfsServer | null;
    };

export interface AllowedRepositories {
  /** Refused where configuration does not allow it, or where a path holds no repository. */
  readonly resolve: (repository: string) => Promise<Outcome<RepositoryPlace>>;
  /** Whether it, or what keeps its large files, is behind the network; told without looking anywhere. */
  readonly needsNetwork: (repository: string) => boolean;
}

/** Throws where the list itself makes no sense. */
export const createAllowedRepositories = (list: readonly AllowedRepository[]): AllowedRepositories => {
  list.forEach(assertSensible);
  const locationOf = (text: string): string => list.find(({ name }) => name === text)?.location ?? text;
  return {
    needsNetwork: (repository) => {
      const location = locationOf(repository);
      return !isAbsolute(location) || list.some((one) => one.location === location && one.lfs);
    },
    resolve: async (repository) => {
      const named = list.find(({ name }) => name === repository);
      const location = named?.location ?? repository;
      return isAbsolute(location)
        ? resolvePath(named ? [named] : list, repository, location, () => notAllowed(list, repository))
        : resolveUrl(named ? [named] : list, repository, location, () => notAllowed(list, repository));
    },
  };
};

/** Whether this may stand in the list: nothing is looked up. */
export const isRepositoryLocation = (location: string): boolean =>
  isAbsolute(location) || remoteUrl(location) !== null;

const assertSensible = ({ location, name }: AllowedRepository): void => {
  if (name !== undefined && !/^[\w][\w.-]*$/.test(name)) throw new TypeError(`"${name}" is no short name.`);
  if (!isRepositoryLocation(location)) {
    throw new TypeError(
      `"${location}" is neither an absolute path nor an http(s) or ssh URL without credentials.`,
    );
  }
};

const mostNamed = 10;

/** Told by the names that callers may use, and by what stands in front of those that are not named. */
const notAllowed = (list: readonly AllowedRepository[], repository: string): Outcome<never> => {
  const names = list.map(({ name, location, isPrefix }) => name ?? (isPrefix ? `${location}/…` : location));
  const nearest = nearestNames(repository, names);
  const allowed = [...nearest, ...names.filter((name) => !nearest.includes(name))].slice(0, mostNamed);
  const what = allowed.length === 0 ? 'allows none' : `allows ${allowed.join(', ')}`;
  return refused(
    refusalAt(
      'repository',
      'POLICY_DENIED',
      `Configuration does not allow the repository "${repository}". The setting repositories ${what}.`,
      { setting: 'repositories', suggestions: allowed },
    ),
  );
};

const refuseRepository = (code: 'POLICY_DENIED' | 'RESOURCE_NOT_FOUND', message: string): Outcome<never> =>
  refused(refusalAt('repository', code, message));

const resolvePath = async (
  list: readonly AllowedRepository[],
  label: string,
  path: string,
  notAllowed: () => Outcome<never>,
): Promise<Outcome<RepositoryPlace>> => {
  const real = await realPathOf(path);
  const allowed = await Promise.all(
    list
      .filter(({ location }) => isAbsolute(location))
      .map(async ({ location, isPrefix, lfs = null }) => {
        const root = await realPathOf(location);
        // Where nothing exists, the words decide: the answer must not tell which paths there are.
        const [asked, limit] = real && root ? [real, root] : [path, location];
        if (asked === limit) return { lfs };
        return isPrefix === true && asked.startsWith(limit + sep) ? { lfs: null } : null;
      }),
  );
  const match = allowed.find((one) => one?.lfs) ?? allowed.find((one) => one !== null);
  if (!match) return notAllowed();
  const gitDir = real && (await gitDirOf(real));
  return gitDir
    ? accepted({ kind: 'LOCAL', label, gitDir, lfs: match.lfs })
    : refuseRepository('RESOURCE_NOT_FOUND', `There is no git repository at "${label}".`);
};

const realPathOf = (path: string): Promise<string | null> => realpath(path).catch(() => null);

/** A bare repository, or the `.git` folder inside a work tree; a `.git` file may point anywhere and is not followed. */
const gitDirOf = async (path: string): Promise<string | null> => {
  for (const candidate of [join(path, '.git'), path]) {
    const parts = await Promise.all(
      ['', 'objects', 'refs'].map((part) => lstat(join(candidate, part)).catch(() => null)),
    );
    const hasHead = await lstat(join(candidate, 'HEAD')).catch(() => null);
    if (hasHead?.isFile() && parts.every((part) => part?.isDirectory())) return candidate;
  }
  return null;
};

const resolveUrl = async (
  list: readonly AllowedRepository[],
  label: string,
  text: string,
  notAllowed: () => Outcome<never>,
): Promise<Outcome<RepositoryPlace>> => {
  const url = remoteUrl(text);
  if (!url) return notAllowed();
  const match = list.find(({ location, isPrefix }) => {
    const limit = isAbsolute(location) ? null : remoteUrl(location);
    if (!limit || limit.protocol !== url.protocol || limit.host !== url.host) return false;
    if (limit.username !== url.username) return false;
    const root = withoutSlash(limit.pathname);
    const asked = withoutSlash(url.pathname);
    return asked === root || (isPrefix === true && asked.startsWith(`${root}/`));
  });
  if (!match) return notAllowed();
  return accepted({
    kind: 'REMOTE',
    label,
    url: withoutSlash(url.href),
    protocol: protocols[url.protocol] ?? 'https',
    authorization: match.authorization ?? null,
    ssh: match.ssh ?? null,
    lfs: match.lfs ?? null,
  });
};

const protocols: Readonly<Record<string, 'http' | 'https' | 'ssh'>> = {
  'http:': 'http',
  'https:': 'https',
  'ssh:': 'ssh',
};

const withoutSlash = (text: string): string => text.replace(/\/+$/, '');

/** Null for what is no plain remote URL: another scheme, a password, a query, an encoded path. */
const remoteUrl = (text: string): URL | null => {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const hasUser = url.username !== '' && url.protocol !== 'ssh:';
  const isOption = url.hostname.startsWith('-') || url.username.startsWith('-');
  if (!(url.protocol in protocols) || hasUser || url.password || url.search || url.hash || isOption)
    return null;
  return /^[\w./~+@-]+$/.test(url.pathname) && !url.pathname.includes('//') ? url : null;
};
