import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Where the operator of the machine stops all that this process does: `kill_switch: 1`. */
const stopFileName = '.orchestra.env';

/** Whatever else stands before it, in whichever spelling: who writes it is in a hurry. */
const word = /(?<![\w-])["']?kill[\s_-]?switch["']?\s*(?:[:=](.*)|$)/i;
const off: ReadonlySet<string> = new Set(['', '0', 'false', 'off', 'no']);

const plainWord = (value: string): string =>
  value
    .replace(/\s#.*$/, '')
    .replaceAll(/[\s"',;}]/g, '')
    .toLowerCase();

/**
 * Whether a text of such a file says stop. Of several lines one is enough, a word that nobody knows says so too, and so
 * does what is no text at all.
 */
export const saysStop = (text: string): boolean =>
  text.includes('\0') || text.split(/\r\n|[\n\r\u2028\u2029]/).some(lineSaysStop);

const lineSaysStop = (line: string): boolean => {
  const found = /^\s*#/.test(line) ? null : word.exec(line);
  return found !== null && !off.has(plainWord(found[1] ?? ''));
};

/** Far more than such a file holds, and so little that reading it holds nobody up. */
const mostBytes = 64 * 1024;
const bytes = Buffer.alloc(mostBytes + 1);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Throws on what is no file, on one that is too long, and on what is no UTF-8: what cannot be read might say anything.
 * Never waits, as it would for whoever writes to a pipe.
 */
const textOf = (path: string): string => {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) throw new Error('It is no file.');
    let length = 0;
    for (let read = -1; read !== 0; length += read)
      read = readSync(file, bytes, length, bytes.length - length, null);
    if (length > mostBytes) throw new Error('It is too long.');
    return utf8.decode(bytes.subarray(0, length));
  } finally {
    closeSync(file);
  }
};

/** What the file says now: read each time, since nobody tells of a change. A file that cannot be read says stop. */
export const createStopFile = (home: string): (() => string | null) => {
  const path = join(home, stopFileName);
  const isThere = (): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  return () => {
    try {
      if (!isThere() || !saysStop(textOf(path))) return null;
      return `${stopFileName} in the home folder says kill_switch: 1.`;
    } catch (error) {
      // Taken away since; a link that leads nowhere is there still.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !isThere()) return null;
      return `${stopFileName} in the home folder cannot be read, which counts as kill_switch: 1.`;
    }
  };
};
