import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { z } from 'zod';
import { LRUCache } from 'lru-cache';
import type { PolicyAnswer } from '../../domain/decision.ts';
import { entrypoint } from './policy-engine-bundle.ts';
import { timeBuiltins } from './policy-engine-time.ts';
import { lastingFault, readVerdict } from './policy-engine-verdict.ts';

/**
 * What the package makes of compiled rules; its own declarations do not resolve. It is asked by the interface of such
 * rules (ABI 1.2), beside the package's `evaluate`: that reads the answer byte by byte, and parses it each time.
 */
interface LoadedPolicy {
  readonly entrypoints: Readonly<Record<string, number>>;
  setData(data: object): void;
  readonly mem: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly dataAddr: number;
  /** What lies behind this in memory may be overwritten. */
  readonly dataHeapPtr: number;
  readonly wasmInstance: { readonly exports: { readonly opa_eval: EvaluateRules } };
}
type EvaluateRules = (
  reserved: 0,
  entrypoint: number,
  data: number,
  input: number,
  inputLength: number,
  heap: number,
  format: 0,
) => number;
/** Pages of 64 KiB that rules may fill, 128 MiB: what wants more fails, and the process has its memory. */
const memory = { initial: 5, maximum: 2_048 };

const load: (
  wasm: Uint8Array<ArrayBuffer>,
  memory: object,
  builtins: Readonly<Record<string, unknown>>,
) => Promise<LoadedPolicy> = loadPolicy as never;

/**
 * One action with as many params as it may have fits, mostly; a plan beyond this is denied. The instance's
 * memory grows with its input and never shrinks.
 */
const maxInputBytes = 1_048_576;

const resultSet = z.array(z.object({ result: z.unknown().optional() })).max(1);
const pageBytes = 65_536;

/** The JSON text of the result set of one document. */
const answerOf = (policy: LoadedPolicy, document: string, inputText: string): string => {
  const { mem, dataAddr, dataHeapPtr: at, wasmInstance, entrypoints } = policy;
  const entrypointId = entrypoints[document];
  if (entrypointId === undefined) throw new Error(`The rules have no document ${document}.`);
  const length = Buffer.byteLength(inputText);
  const lacking = at + length - mem.buffer.byteLength;
  if (lacking > 0) mem.grow(Math.ceil(lacking / pageBytes));
  Buffer.from(mem.buffer).write(inputText, at);
  const answer = wasmInstance.exports.opa_eval(0, entrypointId, dataAddr, at, length, at + length, 0);
  const bytes = Buffer.from(mem.buffer);
  return bytes.toString('utf8', answer, bytes.indexOf(0, answer));
};

/** Evaluates the JSON text of one input. */
export type Evaluator = (inputText: string) => Promise<PolicyAnswer>;

/** Compiled rules with data that can be changed. */
export interface OpenRules {
  readonly entrypoints: readonly string[];
  setData(data: object): void;
  /** What a document of theirs is for an input; undefined where it is not defined. Throws where the rules fail. */
  ask(entrypoint: string, inputText: string): Promise<unknown>;
  /** The same as the JSON text that `readAnswer` reads. */
  askText(entrypoint: string, inputText: string): Promise<string>;
}

const readAnswer = (text: string): unknown => resultSet.parse(JSON.parse(text))[0]?.result;

/**
 * One instance serves every question; after a trap its memory cannot be trusted, so the next one gets a new
 * instance.
 */
export const openRules = async (wasm: Uint8Array<ArrayBuffer>, data: object): Promise<OpenRules> => {
  let given = data;
  const start = async (): Promise<LoadedPolicy> => {
    const policy = await load(wasm, { ...memory }, timeBuiltins);
    policy.setData(given);
    return policy;
  };
  let current: LoadedPolicy | undefined = await start();
  const askText: OpenRules['askText'] = async (document, inputText) => {
    const policy = current ?? (await start());
    current = undefined;
    const text = answerOf(policy, document, inputText);
    current = policy;
    return text;
  };
  return {
    entrypoints: Object.keys(current.entrypoints),
    setData(next) {
      given = next;
      current?.setData(next);
    },
    ask: async (document, inputText) => readAnswer(await askText(document, inputText)),
    askText,
  };
};

/** Most plans are judged alike: so many answers are kept as they were read, each of a text of so many characters. */
const kept = { answers: 500, characters: 8_192 } as const;

/** Rego always ends, so the input's size is what bounds the time. */
export const evaluatorOf = (rules: Pick<OpenRules, 'askText'>): Evaluator => {
  const read = new LRUCache<string, PolicyAnswer>({ max: kept.answers });
  return async (inputText) => {
    const bytes = Buffer.byteLength(inputText);
    if (bytes > maxInputBytes) {
      return lastingFault(`The plan takes ${bytes} bytes; the policy engine reads at most ${maxInputBytes}.`);
    }
    const text = await rules.askText(entrypoint, inputText);
    const known = read.get(text);
    if (known) return known;
    const answer = readVerdict(readAnswer(text));
    if (text.length <= kept.characters) read.set(text, answer);
    return answer;
  };
};

/** The rules in process. */
export const createWasmEvaluator = async (wasm: Uint8Array<ArrayBuffer>, data: object): Promise<Evaluator> =>
  evaluatorOf(await openRules(wasm, data));
