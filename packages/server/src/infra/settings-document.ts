import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from 'yaml';

/** Where something stands in a text; both count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export interface DocumentFault {
  /** Null where the file as a whole is meant. */
  readonly at: TextPlace | null;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface SettingsDocument {
  readonly value: unknown;
  /** Where the value at a path stands, or the nearest thing around it that stands somewhere. */
  readonly placeOf: (path: readonly PropertyKey[]) => TextPlace;
  /** Every text in it. */
  readonly texts: readonly { readonly path: readonly (string | number)[]; readonly text: string }[];
}

export type ReadDocument =
  /** With what is wrong and still leaves something to be read: a name given twice is the last one's. */
  | { readonly kind: 'READ'; readonly document: SettingsDocument; readonly faults: readonly DocumentFault[] }
  /** `code` is the system's: ENOENT and its kin. */
  | { readonly kind: 'UNREADABLE'; readonly code: string }
  | { readonly kind: 'FAULTY'; readonly faults: readonly DocumentFault[] };

const mostBytes = 1024 * 1024;
const mostAliases = 100;
/** What follows the first ones follows from them. */
const mostSyntaxFaults = 5;
const mostDoubles = 100;

const faulty = (message: string, at: TextPlace | null = null): ReadDocument => ({
  kind: 'FAULTY',
  faults: [{ at, path: [], message }],
});

/**
 * Reads a file of settings that people write, YAML or (by its name) JSON, and remembers where everything stands.
 * A name given twice would silently be the last one's, so it is a fault. A byte order mark is what some editors put
 * before the text.
 */
export const readSettingsDocument = (path: string): ReadDocument => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { kind: 'UNREADABLE', code: codeOf(error) };
  }
  if (bytes.length > mostBytes) return faulty(`is larger than ${mostBytes} bytes: keep settings alone in it`);
  if (!isUtf8(bytes)) return faulty('is not UTF-8 text: save it as UTF-8');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  return extname(path) === '.json' ? (jsonFault(text) ?? parse(text, 'JSON')) : parse(text, 'YAML');
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'EIO';

/** YAML takes more than JSON: what only looks like it is told by the parser that every other program uses. */
const jsonFault = (text: string): ReadDocument | null => {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /\(line (\d+) column (\d+)\)/.exec(message);
    const words = message.replaceAll(/\s+/g, ' ').replace(/ in JSON at position.*$/, '');
    const end = text.split('\n');
    const at = position
      ? { line: Number(position[1]), column: Number(position[2]) }
      : { line: end.length, column: (end.at(-1)?.length ?? 0) + 1 };
    return faulty(`is not JSON: ${words}`, at);
  }
};

const parse = (text: string, kind: 'JSON' | 'YAML'): ReadDocument => {
  const counter = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: counter, uniqueKeys: false, prettyErrors: false });
    const faults = syntaxFaults(document, counter, kind);
    if (faults.length > 0) return { kind: 'FAULTY', faults: faults.slice(0, mostSyntaxFaults) };
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    return {
      kind: 'READ',
      document: { value: value ?? {}, placeOf: indexesIn(document, counter), texts: textsIn(document) },
      faults: doubles(document, counter).slice(0, mostDoubles),
    };
  } catch (error) {
    // The parser goes as deep as the text does.
    if (error instanceof RangeError) return faulty('is nested deeper than settings are');
    if (error instanceof ReferenceError) return faulty('repeats its anchors too often');
    throw error;
  }
};

const placeAt = (counter: LineCounter, offset: number): TextPlace => {
  const { line, col } = counter.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
};

const syntaxFaults = (
  { errors, warnings }: Document.Parsed,
  counter: LineCounter,
  kind: string,
): DocumentFault[] =>
  [...errors, ...warnings].map(({ code, message, pos: [start] }) => ({
    at: placeAt(counter, start),
    path: [],
    message: ownWords[code] ?? `is not ${kind}: ${wordsOf(message)}`,
  }));

const ownWords: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'must be one document: take the line of three dashes out',
  RESOURCE_EXHAUSTION: 'is nested deeper than settings are',
};

const wordsOf = (message: string): string => {
  // The parser goes as deep as the text does.
  if (message.includes('call stack')) return 'it is nested deeper than settings are';
  return message.replaceAll(/\s+/g, ' ').replace('tag:yaml.org,2002:', '!!');
};

const doubles = (document: Document.Parsed, counter: LineCounter): DocumentFault[] => {
  const faults: DocumentFault[] = [];
  visit(document, {
    Map(_, map, ancestors) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = nameOf(key);
        if (seen.has(name)) {
          const path = [...pathTo([...ancestors, map]), name];
          faults.push({ at: atNode(counter, key), path, message: 'is given twice: leave one of them out' });
        }
        seen.add(name);
      }
    },
  });
  return faults;
};

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);

const atNode = (counter: LineCounter, node: unknown): TextPlace =>
  isNode(node) && node.range ? placeAt(counter, node.range[0]) : { line: 1, column: 1 };

/** The names and numbers that lead from the top to the last of these. */
const pathTo = (chain: readonly unknown[]): (string | number)[] =>
  chain.flatMap((node, index): (string | number)[] => {
    if (isPair(node)) return [nameOf(node.key)];
    const child = chain[index + 1];
    return isSeq(node) && child !== undefined ? [node.items.indexOf(child)] : [];
  });

const textsIn = (document: Document.Parsed): SettingsDocument['texts'] => {
  const texts: { path: (string | number)[]; text: string }[] = [];
  visit(document, {
    Scalar(_, scalar, ancestors) {
      if (typeof scalar.value === 'string')
        texts.push({ path: pathTo([...ancestors, scalar]), text: scalar.value });
    },
  });
  return texts;
};

const indexesIn =
  (document: Document.Parsed, counter: LineCounter): SettingsDocument['placeOf'] =>
  (path) => {
    let at = atNode(counter, document.contents);
    let node: unknown = document.contents;
    for (const key of path) {
      if (isMap(node)) {
        const pair = node.items.find((each) => nameOf(each.key) === String(key));
        if (!pair) return at;
        at = atNode(counter, pair.key);
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(key)];
        if (node === undefined) return at;
        at = atNode(counter, node);
      } else return at;
    }
    return at;
  };
