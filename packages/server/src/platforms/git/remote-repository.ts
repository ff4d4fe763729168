import { quoted } from '@countersign/shared';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { amended, ExecutorError } from '../kit/executor-error.ts';
import type { RepositoryPlace } from './allowed-repositories.ts';
import { branchRef, nameClash, refsBeside } from './ref-names.ts';
import type { Git, GitCall } from './git.ts';
import { gitFailure, remoteWords } from './git-words.ts';
import { hasMoved } from './local-repository.ts';
import { sshCommand } from './ssh-access.ts';
import type { BranchState, RefMove, Repository } from './repository.ts';

type RemotePlace = Extract<RepositoryPlace, { kind: 'REMOTE' }>;

/** Repositories elsewhere, each with a bare copy of ours under `cacheDir` that holds what was fetched. */
export const createRemoteRepositories = (git: Git, cacheDir: string) => {
  const inTurn = createTurns();
  return async (place: RemotePlace, signal: AbortSignal): Promise<Repository> => {
    const name = createHash('sha256').update(place.url).digest('hex').slice(0, 32);
    const gitDir = join(cacheDir, 'repositories', `${name}.git`);
    await inTurn(gitDir, async () => {
      await mkdir(gitDir, { recursive: true });
      await git(['init', '--bare', '--quiet', '--template=', gitDir], { signal });
    });
    const call: GitCall = {
      gitDir,
      signal,
      protocols: [place.protocol],
      config: {
        ...(place.authorization ? { 'http.extraHeader': `Authorization: ${place.authorization}` } : {}),
        ...(place.ssh ? { 'core.sshCommand': await sshCommand(place.ssh, cacheDir) } : {}),
      },
    };
    return {
      id: place.url.replace(/\.git$/, ''),
      gitDir,
      // Its own hooks are asked when it is pushed to.
      remarks: () => Promise.resolve([]),
      readBranch: (branch) => inTurn(gitDir, () => fetchBranch(git, place, call, branch)),
      refAt: (ref) =>
        inTurn(gitDir, async () => {
          const listed = await listedAt(git, place, call, ref);
          return listed === null ? null : fetchRef(git, place, call, ref, listed);
        }),
      obstacle: async (ref) => {
        const patterns = refsBeside(ref).map((one) => (one.endsWith('/') ? `${one}*` : one));
        const { text } = await git(['ls-remote', '--quiet', '--', place.url, ...patterns], call);
        return nameClash(
          ref,
          text.split('\n').map((line) => line.split('\t')[1] ?? ''),
        );
      },
      moveRef: ({ objectsIn, ...move }) =>
        push(git, place, move, {
          ...call,
          ...(objectsIn === gitDir
            ? {}
            : { env: { GIT_ALTERNATE_OBJECT_DIRECTORIES: join(objectsIn, 'objects') } }),
        }),
    };
  };
};

const fetchBranch = async (
  git: Git,
  place: RemotePlace,
  call: GitCall,
  branch: string,
): Promise<BranchState> => {
  const ref = branchRef(branch);
  const listed = await git(['ls-remote', '--quiet', '--symref', '--', place.url, 'HEAD', ref], call);
  const lines = listed.text.split('\n').map((line) => line.split('\t'));
  const idOf = (name: string) => idIn(listed.text, name);
  const fallbackRef = lines
    .find(([id, name]) => name === 'HEAD' && id?.startsWith('ref: refs/heads/'))?.[0]
    ?.slice(5);
  const hasBranch = idOf(ref) !== undefined;
  const fallback =
    fallbackRef && idOf('HEAD')
      ? {
          branch: fallbackRef.replace('refs/heads/', ''),
          head: await fetchRef(git, place, call, fallbackRef, idOf('HEAD')),
        }
      : null;
  const head = hasBranch ? await fetchRef(git, place, call, ref, idOf(ref)) : null;
  const isEmpty = head === null && fallback === null && !(await hasBranches(git, place, call));
  return { head, fallback, isEmpty };
};

/** Of what `ls-remote` lists. */
const idIn = (listed: string, ref: string): string | undefined =>
  listed
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([id, name]) => name === ref && !id?.startsWith('ref:'))?.[0];

const listedAt = async (git: Git, place: RemotePlace, call: GitCall, ref: string): Promise<string | null> => {
  const { text } = await git(['ls-remote', '--quiet', '--', place.url, ref], call);
  return idIn(text, ref) ?? null;
};

const hasBranches = async (git: Git, place: RemotePlace, call: GitCall): Promise<boolean> => {
  const args = ['ls-remote', '--quiet', '--heads', '--', place.url];
  const { text, isCut } = await git(args, { ...call, enoughBytes: 1_000 });
  return isCut || text !== '';
};

/** Brings a branch or tag and its objects into our copy, unless they are there; gives the object it is at. */
const fetchRef = async (
  git: Git,
  place: RemotePlace,
  call: GitCall,
  ref: string,
  listed: string | undefined,
): Promise<string> => {
  const copy = ref.replace('refs/heads/', 'refs/copies/').replace('refs/tags/', 'refs/copied-tags/');
  const readCopy = async () =>
    (await git(['rev-parse', '--verify', '--quiet', copy], { ...call, answers: [1] })).text.trim();
  if (listed && (await readCopy()) === listed) return listed;
  const flags = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
  ];
  await git(['fetch', ...flags, '--', place.url, `+${ref}:${copy}`], call);
  return readCopy();
};

const push = async (
  git: Git,
  place: RemotePlace,
  { ref, from, to }: Omit<RefMove, 'objectsIn'>,
  call: GitCall,
): Promise<void> => {
  const flags = ['--porcelain', '--no-verify', '--no-follow-tags', `--force-with-lease=${ref}:${from ?? ''}`];
  const { exitCode, text, stderr } = await git(['push', ...flags, '--', place.url, `${to ?? ''}:${ref}`], {
    ...call,
    effect: 'UNKNOWN',
    answers: [1, 128],
  });
  if (exitCode === 0) return;
  const rejection = text.split('\n').find((line) => line.startsWith('!')) ?? '';
  if (/stale info|fetch first|non-fast-forward|cannot lock ref|already exists/.test(rejection)) {
    throw hasMoved(ref);
  }
  if (rejection.includes('[remote rejected]')) throw refusedPush(rejection, stderr);
  const failure = gitFailure('push', stderr || rejection, 'UNKNOWN');
  if (place.protocol !== 'ssh' || failure.effect === 'UNKNOWN') throw failure;
  // By ssh, what the host says stands among what git and ssh say: where the branch is tells what came of it.
  const now = await listedAt(git, place, call, ref).catch(() => undefined);
  if (now === to) return;
  throw now === from ? failure : amended(failure, { effect: 'UNKNOWN' });
};

/** A final no, in the words of whoever said it: nothing was moved, and asking again changes nothing. */
const refusedPush = (rejection: string, words: string): ExecutorError => {
  const reason = /\(([^()\n]{1,200})\)/.exec(rejection)?.[1] ?? 'without a reason';
  const said = remoteWords(words);
  const message = `The remote refused the push: ${reason}.${said === '' ? '' : ` It said: ${quoted(said)}.`}`;
  return new ExecutorError('PLATFORM_PERMISSION_DENIED', message, { effect: 'NONE', retriable: false });
};

/** Runs what is given under one name one after the other. */
const createTurns = () => {
  const last = new Map<string, Promise<unknown>>();
  return <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    const turn = (last.get(name) ?? Promise.resolve()).then(work, work);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (last.get(name) === settled) last.delete(name);
      });
    last.set(name, settled);
    return turn;
  };
};
