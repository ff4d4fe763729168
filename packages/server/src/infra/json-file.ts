import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';

export type ReadJson =
  | { readonly kind: 'READ'; readonly value: unknown }
  /** `code` is the system's: ENOENT and its kin. */
  | { readonly kind: 'UNREADABLE'; readonly code: string }
  | { readonly kind: 'FAULTY'; readonly faults: readonly string[] };

const faulty = (...faults: readonly string[]): ReadJson => ({ kind: 'FAULTY', faults });

/**
 * Reads a file that people write. A byte order mark is what some editors put before the text. A name given twice
 * would silently be the last one's, so it is a fault, wherever it stands.
 */
export const readJsonFile = (path: string): ReadJson => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { kind: 'UNREADABLE', code: String((error as NodeJS.ErrnoException).code) };
  }
  if (!isUtf8(bytes)) return faulty('is not UTF-8 text');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(text);
    const doubles = doubledNames(text);
    return doubles.length > 0 ? faulty(...doubles) : { kind: 'READ', value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return faulty(`is not JSON: ${error.message.replaceAll(/\s+/g, ' ')}`);
  }
};

interface Level {
  /** Null within a list. */
  readonly names: Set<string> | null;
  /** The name or the number of what stands at the moment. */
  at: string | number;
}

/** Where text that is JSON gives one name of an object twice. */
export const doubledNames = (text: string): string[] => {
  const faults: string[] = [];
  const levels: Level[] = [];
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)];
  tokens.forEach((token, index) => {
    const level = levels.at(-1);
    if (token[0] === '{') levels.push({ names: new Set(), at: '' });
    else if (token[0] === '[') levels.push({ names: null, at: 0 });
    else if (token[0] === '}' || token[0] === ']') levels.pop();
    else if (token[0] === ',' && typeof level?.at === 'number') level.at += 1;
    else if (level?.names && tokens[index + 1]?.[0] === ':') {
      const name = JSON.parse(token[0]) as string;
      level.at = name;
      const place = levels.map(({ at }) => at).join('.');
      if (level.names.has(name))
        faults.push(`${place} is given twice, again in ${positionOf(text, token.index)}`);
      level.names.add(name);
    }
  });
  return faults;
};

const positionOf = (text: string, index: number): string => {
  const lines = text.slice(0, index).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
};
