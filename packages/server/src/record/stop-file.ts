import { readFileSync, statSync } from 'node:fs';
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

/** Throws on what is no UTF-8: what cannot be read might say anything. */
const textOf = (path: string): string => new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));

/** What the file says now: asked each time, since nobody tells of a change. A file that cannot be read says stop. */
export const createStopFile = (home: string): (() => string | null) => {
  const path = join(home, stopFileName);
  const reason = `${stopFileName} in the home folder says kill_switch: 1.`;
  let known = { version: '', isOn: false };
  return () => {
    try {
      const found = statSync(path, { throwIfNoEntry: false, bigint: true });
      if (!found) return null;
      const version = `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
      if (version !== known.version) known = { version, isOn: saysStop(textOf(path)) };
      return known.isOn ? reason : null;
    } catch {
      known = { version: '', isOn: false };
      return `${stopFileName} in the home folder cannot be read, which counts as kill_switch: 1.`;
    }
  };
};
