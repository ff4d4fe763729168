import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseTar } from 'nanotar';
import { z } from 'zod';
import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import { jsonFault } from '../../domain/json.ts';
import { pathOf } from '../../infra/input-words.ts';
import { isSignedByValue, verifyBundle, type BundleKey } from './bundle-signature.ts';

/** A bundle as `opa build -t wasm` writes it, signed. */
export interface ReadBundle {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** Its data, where it has settings of its own; null where those that stand go with it. */
  readonly data: object | null;
  readonly revision: string | null;
  readonly signedBy: string;
}

const kibi = 1_024;
const mostUnpacked = 16 * kibi * kibi;
export const mostWasmBytes = 8 * kibi * kibi;
const mostDataBytes = 1 * kibi * kibi;
const mostFiles = 1_000;
const rulesFile = 'policy.wasm';
const signaturesFile = '.signatures.json';

const manifestSchema = z.object({ revision: z.string().max(200).optional() });

const wrong = (message: string) => refused(invalidInput([{ path: 'bundle', message }]));

/** Everything that can be said of it before its rules are run. */
export const readBundle = async (
  packed: Uint8Array,
  keys: readonly BundleKey[],
): Promise<Outcome<ReadBundle>> => {
  if (keys.length === 0)
    return wrong('Nobody may sign bundles here: config.json names no key in policy.bundleKeys.');
  const files = await unpack(packed);
  if (typeof files === 'string') return wrong(files);
  const signatures = files.get(signaturesFile);
  if (!signatures) return wrong('It is not signed: build it with --signing-key.');
  files.delete(signaturesFile);
  const wasm = files.get(rulesFile);
  if (!wasm) return wrong(`It holds no ${rulesFile}: build it with -t wasm.`);
  if (wasm.byteLength > mostWasmBytes)
    return wrong(`${rulesFile} takes ${wasm.byteLength} bytes, and ${mostWasmBytes} at most are taken.`);
  const odd = jsonFaultIn(files);
  if (odd) return odd;
  const verified = await verifyBundle(files, signatures, keys);
  if ('fault' in verified) return wrong(`It is not taken: ${verified.fault}.`);
  const data = files.get('data.json');
  if (data && data.byteLength > mostDataBytes)
    return wrong(`data.json takes ${data.byteLength} bytes, and ${mostDataBytes} at most are taken.`);
  return accepted({
    wasm: new Uint8Array(wasm),
    data: settingsIn(data),
    revision: manifestSchema.safeParse(jsonOf(files.get('.manifest'))).data?.revision || null,
    signedBy: verified.signedBy,
  });
};

/** Its files by their names, or what is wrong with it. */
const unpack = async (packed: Uint8Array): Promise<Map<string, Uint8Array> | string> => {
  try {
    const bytes = await promisify(gunzip)(packed, { maxOutputLength: mostUnpacked });
    const files = new Map<string, Uint8Array>();
    for (const { name, type, data } of parseTar(new Uint8Array(bytes))) {
      if (type === 'directory') continue;
      const plain = name.replace(/^\.?\//, '');
      if (type !== 'file' || data === undefined) return `${plain} is no plain file.`;
      if (files.has(plain)) return `${plain} is in it twice.`;
      files.set(plain, data);
      if (files.size > mostFiles) return `It holds more than ${mostFiles} files.`;
    }
    return files;
  } catch {
    return `It is no gzipped tar archive, or takes more than ${mostUnpacked} bytes.`;
  }
};

/** Beyond what any of its files needs; whoever digests or reads values goes as deep as they do. */
const jsonLimits = { depth: 64, values: 200_000 };

/** What is wrong with the first of its JSON files that is no value that we read. */
const jsonFaultIn = (files: ReadonlyMap<string, Uint8Array>) => {
  for (const [name, bytes] of files) {
    if (!isSignedByValue(name)) continue;
    const value = jsonOf(bytes);
    if (value === undefined) {
      if (name === 'data.json') return wrong('data.json is no JSON.');
      continue;
    }
    const odd = jsonFault(value, jsonLimits);
    if (odd) return wrong(`${name} is not taken: ${shortened(pathOf(odd.path))} ${odd.message}.`);
  }
  return null;
};

const shownPath = 200;
const shortened = (path: string): string => (path.length > shownPath ? `${path.slice(0, shownPath)}…` : path);

const jsonOf = (bytes: Uint8Array | undefined): unknown => {
  try {
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
};

const settingsIn = (bytes: Uint8Array | undefined): object | null => {
  const data = z.object({ settings: z.unknown() }).safeParse(jsonOf(bytes));
  return data.success && data.data.settings !== undefined ? { settings: data.data.settings } : null;
};
