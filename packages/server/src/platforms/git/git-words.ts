import { ExecutorError, type EffectCertainty, type ExecutorErrorCode } from '../kit/executor-error.ts';

/** Of what git and the hooks of a remote say: the beginning and the end, in whole lines. */
const maxWordsLength = 8_000;
/** Lines of git's own are shorter; what others make it say may be of any length. */
const maxSignLength = 1_000;

/**
 * What git wrote for people, fit for a message: none of the secrets is in it, nor a URL's user and password,
 * whoever wrote it there. Takes time in proportion to its length: a remote's hook writes as much as it likes.
 */
export const gitWords = (output: Buffer, secrets: readonly string[]): string => {
  const text = secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), output.toString('utf8'))
    .replaceAll(/(?<=:\/\/)[^/\s@]+@/g, '')
    .replaceAll('\0', '');
  return shortened(text).trim();
};

const shortened = (text: string): string => {
  if (text.length <= maxWordsLength) return text;
  const start = text.slice(0, maxWordsLength / 2);
  const end = text.slice(-maxWordsLength / 2);
  return `${start.slice(0, start.lastIndexOf('\n') + 1)}[…]${end.slice(Math.max(0, end.indexOf('\n')))}`;
};

interface Sign {
  readonly sign: RegExp;
  readonly code: ExecutorErrorCode;
}

/** In the order of weight. */
const failureSigns: readonly Sign[] = [
  {
    sign: /authentication failed|could not read username|terminal prompts disabled|error: 401|host key verification failed|: permission denied \(/i,
    code: 'PLATFORM_AUTHENTICATION_FAILED',
  },
  { sign: /permission denied|error: 403|access denied|not authorized/i, code: 'PLATFORM_PERMISSION_DENIED' },
  {
    sign: /could not resolve host|connection refused|failed to connect|no route to host/i,
    code: 'NETWORK_ERROR',
  },
  {
    sign: /repository .*not found|error: (404|30[1278])|does not appear to be a git repository/i,
    code: 'RESOURCE_NOT_FOUND',
  },
  // A branch stands where this one would need a folder: no outage, however often it is tried.
  { sign: /cannot lock ref .*' exists; cannot create/i, code: 'PRECONDITION_FAILED' },
  { sign: /cannot lock ref|unable to create .*\.lock/i, code: 'SERVICE_DOWN' },
  { sign: /timed out/i, code: 'EXECUTION_TIMEOUT' },
  { sign: /error: 429/i, code: 'RATE_LIMIT_EXCEEDED' },
  { sign: /error: 5\d\d|no space left|unable to write|read-only file system/i, code: 'SERVICE_DOWN' },
  { sign: /early eof|hung up|connection reset|rpc failed/i, code: 'NETWORK_ERROR' },
];

/** What the other side says stands behind "remote:": it may say anything, and proves nothing of what git met. */
const ownLines = (words: string): readonly string[] =>
  words
    .split('\n')
    .filter((line) => !line.startsWith('remote:'))
    .map((line) => line.slice(0, maxSignLength));

const maxRemoteWords = 1_000;

/** What the other side said, for people: a hook's own words. */
export const remoteWords = (words: string): string =>
  words
    .split('\n')
    .filter((line) => line.startsWith('remote:'))
    .map((line) => line.slice('remote:'.length).trim())
    .join(' ')
    .trim()
    .slice(0, maxRemoteWords)
    .toWellFormed();

/** A failed git call in catalogue words. What surely came before the effect keeps it at NONE. */
export const gitFailure = (command: string, words: string, effect: EffectCertainty): ExecutorError => {
  const lines = ownLines(words);
  const code =
    failureSigns.find(({ sign }) => lines.some((line) => sign.test(line)))?.code ?? 'DEPENDENCY_FAILED';
  const neverReached =
    code === 'PLATFORM_AUTHENTICATION_FAILED' ||
    code === 'RESOURCE_NOT_FOUND' ||
    code === 'PLATFORM_PERMISSION_DENIED';
  const isUnsent =
    neverReached ||
    lines.some((line) => /could not resolve|connection refused|failed to connect/i.test(line));
  const message = `git ${command} failed: ${words || 'no message'}`;
  return new ExecutorError(code, message, { effect: isUnsent ? 'NONE' : effect });
};
