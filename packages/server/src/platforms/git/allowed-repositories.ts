import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import { isPlainUrl } from '../../infra/plain-host.ts';
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

/**
 * What a repository is called, however a caller spells it: every short name that configuration has for it, or else
 * its location in the spelling of configuration.
 */
export type RepositoryNames = readonly string[];

export type RepositoryPlace =
  | {
      readonly kind: 'LOCAL';
      readonly names: RepositoryNames;
      readonly gitDir: string;
      readonly lfs: LfsServer | null;
    }
  | {
      readonly kind: 'REMOTE';
      readonly names: RepositoryNames;
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
      const among = { list, allowed: named ? [named] : list };
      return isAbsolute(location)
        ? resolvePath(among, repository, location)
        : resolveUrl(among, repository, location);
    },
  };
};

/** Whether this may stand in the list: nothing is looked up. */
export const isRepositoryLocation = (location: string): boolean =>
  isAbsolute(location) || (isPlainUrl(location) && remoteUrl(location) !== null);

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

interface Among {
  readonly list: readonly AllowedRepository[];
  /** Those that the caller's word may stand for. */
  readonly allowed: readonly AllowedRepository[];
}

/** What of the list a location is, or lies in: `rest` is empty where it is exactly that. */
interface Match {
  readonly one: AllowedRepository;
  readonly rest: string;
}

const matchOf = (one: AllowedRepository, limit: string, asked: string): Match[] => {
  if (asked === limit) return [{ one, rest: '' }];
  return one.isPrefix === true && asked.startsWith(`${limit}/`)
    ? [{ one, rest: asked.slice(limit.length) }]
    : [];
};

const namesOf = (matches: readonly Match[], match: Match): RepositoryNames => {
  const named = matches.flatMap(({ one, rest }) => (rest === '' && one.name ? [one.name] : []));
  return named.length > 0 ? [...new Set(named)] : [withoutSlash(match.one.location) + match.rest];
};

/** One that names it exactly before one that it lies in. */
const bestOf = (matches: readonly Match[], allowed: readonly AllowedRepository[]): Match | undefined => {
  const may = matches.filter(({ one }) => allowed.includes(one));
  return may.find(({ rest }) => rest === '') ?? may[0];
};

const resolvePath = async (
  { list, allowed }: Among,
  label: string,
  path: string,
): Promise<Outcome<RepositoryPlace>> => {
  const real = await realPathOf(path);
  const found = await Promise.all(
    list
      .filter(({ location }) => isAbsolute(location))
      .map(async (one) => {
        const root = await realPathOf(one.location);
        // Where nothing exists, the words decide: the answer must not tell which paths there are.
        return real && root ? matchOf(one, root, real) : matchOf(one, one.location, path);
      }),
  );
  const matches = found.flat();
  const match = bestOf(matches, allowed);
  if (!match) return notAllowed(list, label);
  const gitDir = real && (await gitDirOf(real));
  if (!gitDir) return refuseRepository('RESOURCE_NOT_FOUND', `There is no git repository at "${label}".`);
  const lfs =
    matches.find(({ one, rest }) => rest === '' && one.lfs && allowed.includes(one))?.one.lfs ?? null;
  return accepted({ kind: 'LOCAL', names: namesOf(matches, match), gitDir, lfs });
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

const resolveUrl = ({ list, allowed }: Among, label: string, text: string): Outcome<RepositoryPlace> => {
  const url = remoteUrl(text);
  if (!url) return notAllowed(list, label);
  const matches = list.flatMap((one) => {
    const limit = isAbsolute(one.location) ? null : remoteUrl(one.location);
    if (!limit || limit.protocol !== url.protocol || limit.host !== url.host) return [];
    if (limit.username !== url.username) return [];
    return matchOf(one, withoutSlash(limit.pathname), withoutSlash(url.pathname));
  });
  const match = matches.find(({ one }) => allowed.includes(one));
  if (!match) return notAllowed(list, label);
  const { authorization = null, ssh = null, lfs = null } = match.one;
  return accepted({
    kind: 'REMOTE',
    names: namesOf(matches, match),
    url: withoutSlash(url.href),
    protocol: protocols[url.protocol] ?? 'https',
    authorization,
    ssh,
    lfs,
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
  if (/[?#]/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const hasUser = url.username !== '' && url.protocol !== 'ssh:';
  const isOption = url.hostname.startsWith('-') || url.username.startsWith('-');
  if (!(url.protocol in protocols) || hasUser || url.password || isOption) return null;
  return /^[\w./~+@-]+$/.test(url.pathname) && !url.pathname.includes('//') ? url : null;
};
