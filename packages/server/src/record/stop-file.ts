import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where the operator of the machine stops all that this process does: `kill_switch: 1`. */
const stopFileName = '.orchestra.env';

const line = /^\s*kill_switch\s*[:=]\s*(.*?)\s*(?:#.*)?$/gim;
const off: ReadonlySet<string> = new Set(['', '0', 'false', 'off', 'no']);

/** Whether a text of such a file says stop. Of several lines one is enough, and a word that nobody knows says so, too. */
export const saysStop = (text: string): boolean =>
  [...text.matchAll(line)].some(
    ([, value = '']) => !off.has(value.replaceAll(/^['"]|['"]$/g, '').toLowerCase()),
  );

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
      if (version !== known.version) known = { version, isOn: saysStop(readFileSync(path, 'utf8')) };
      return known.isOn ? reason : null;
    } catch {
      known = { version: '', isOn: false };
      return `${stopFileName} in the home folder cannot be read, which counts as kill_switch: 1.`;
    }
  };
};
