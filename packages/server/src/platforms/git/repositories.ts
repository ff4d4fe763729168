import { join } from 'node:path';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import {
  createAllowedRepositories,
  type AllowedRepositories,
  type AllowedRepository,
  type RepositoryNames,
} from './allowed-repositories.ts';
import { createGit, type Git } from './git.ts';
import type { LfsServer } from './lfs-server.ts';
import { createLocalRepository } from './local-repository.ts';
import { createRemoteRepositories } from './remote-repository.ts';
import type { Repository } from './repository.ts';

export interface RepositoriesConfig {
  readonly allowedRepositories: readonly AllowedRepository[];
  /** A folder of our own for copies of remote repositories and for scratch files. */
  readonly cacheDir: string;
  /** Default `git`. */
  readonly gitBinary?: string;
  /** All that git inherits: `PATH`, and `SSH_AUTH_SOCK` where repositories are reached by ssh. */
  readonly gitEnvironment: Readonly<Record<string, string>>;
}

/** What a commit goes to: objects are built in the first, and every one's branch is moved in turn. */
export interface CommitTarget {
  readonly primary: Repository;
  /** The remote that a local repository's branch is pushed to. */
  readonly mirror: Repository | null;
  /** What both are called, whatever the caller calls them. */
  readonly names: RepositoryNames;
  /** What keeps large files for whoever gets the commit from where it goes; null where nothing is configured. */
  readonly lfs: LfsServer | null;
}

interface Opened {
  readonly repository: string;
  readonly push: boolean;
}

export interface Repositories {
  readonly git: Git;
  readonly scratchDir: string;
  readonly allowed: AllowedRepositories;
  readonly open: (input: Opened, signal: AbortSignal) => Promise<Outcome<CommitTarget>>;
}

export const createRepositories = (config: RepositoriesConfig): Repositories => {
  const git = createGit({
    home: join(config.cacheDir, 'home'),
    environment: config.gitEnvironment,
    ...(config.gitBinary === undefined ? {} : { binary: config.gitBinary }),
  });
  const allowed = createAllowedRepositories(config.allowedRepositories);
  const scratchDir = join(config.cacheDir, 'scratch');
  const openRemote = createRemoteRepositories(git, config.cacheDir);

  const openMirror = async (
    gitDir: string,
    signal: AbortSignal,
  ): Promise<Outcome<Omit<CommitTarget, 'primary'>>> => {
    const args = ['config', '--get', 'remote.origin.url'];
    const { exitCode, text } = await git(args, { gitDir, signal, answers: [1] });
    if (exitCode !== 0)
      return refuseAt('push', 'RESOURCE_NOT_FOUND', 'The repository has no remote "origin".');
    const place = await allowed.resolve(text.trim());
    if (!place.ok || place.value.kind === 'LOCAL') {
      return refuseAt(
        'push',
        'POLICY_DENIED',
        'Configuration does not allow pushing to the remote "origin".',
      );
    }
    const { names, lfs } = place.value;
    return accepted({ mirror: await openRemote(place.value, signal), names, lfs });
  };

  return {
    git,
    scratchDir,
    allowed,
    open: async ({ repository, push }, signal) => {
      const place = await allowed.resolve(repository);
      if (!place.ok) return place;
      if (place.value.kind === 'REMOTE') {
        if (!push) {
          return refuseAt(
            'push',
            'SCHEMA_VALIDATION_FAILED',
            'A URL takes a commit by push only: set push to true.',
          );
        }
        const { names, lfs } = place.value;
        return accepted({ primary: await openRemote(place.value, signal), mirror: null, names, lfs });
      }
      const { names, gitDir, lfs } = place.value;
      const primary = createLocalRepository(git, gitDir, scratchDir);
      if (!push) return accepted({ primary, mirror: null, names, lfs });
      const pushed = await openMirror(gitDir, signal);
      return pushed.ok
        ? accepted({ primary, ...pushed.value, names: [...new Set([...names, ...pushed.value.names])] })
        : pushed;
    },
  };
};

/** What is changed in each of them: the same branch or tag. */
export const targetsIn = (
  { names }: Pick<CommitTarget, 'names'>,
  kind: 'branch' | 'tag',
  ref: string,
): PlannedAction['targets'] =>
  names.flatMap((name) => [
    { kind: 'repository', name },
    { kind, name: `${name}@${ref}` },
  ]);

/** A refusal that points at one of the params. */
export const refuseAt = (path: string, code: ErrorCode, message: string): Outcome<never> =>
  refused(refusalAt(path, code, message));

/** What all that is done to repositories has in common. */
export const ofRepository = (name: string, { allowed }: Repositories) => {
  const timeMs = 60_000;
  const traits: ActionTraits = {
    name,
    version: 1,
    platform: 'git',
    category: 'WRITE',
    idempotency: 'LOOKUP',
    reversible: true,
    budget: { timeMs, network: 'INTERNET' },
  };
  return {
    traits,
    traitsFor: ({ repository, push }: Opened): Pick<ActionTraits, 'budget'> => ({
      budget: { timeMs, network: push || allowed.needsNetwork(repository) ? 'INTERNET' : 'NONE' },
    }),
    endpointOf: ({ repository }: Opened) => repository,
  };
};
