import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { z } from 'zod';
import type { PolicyAnswer } from '../../domain/decision.ts';
import { entrypoint } from './policy-engine-bundle.ts';
import { timeBuiltins } from './policy-engine-time.ts';
import { lastingFault, readVerdict } from './policy-engine-verdict.ts';

/** The package's own declarations of these two do not resolve. */
interface LoadedPolicy {
  readonly entrypoints: Readonly<Record<string, number>>;
  setData(data: object): void;
  evaluate(input: ArrayBuffer, entrypoint: string): unknown;
}
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

/** Evaluates the JSON text of one input. */
export type Evaluator = (inputText: string) => Promise<PolicyAnswer>;

/** Compiled rules with data that can be changed. */
export interface OpenRules {
  readonly entrypoints: readonly string[];
  setData(data: object): void;
  /** What a document of theirs is for an input; undefined where it is not defined. Throws where the rules fail. */
  ask(entrypoint: string, inputText: string): Promise<unknown>;
}

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
  return {
    entrypoints: Object.keys(current.entrypoints),
    setData(next) {
      given = next;
      current?.setData(next);
    },
    async ask(document, inputText) {
      const policy = current ?? (await start());
      current = undefined;
      const bytes = new TextEncoder().encode(inputText);
      const results = resultSet.parse(policy.evaluate(bytes.buffer, document));
      current = policy;
      return results[0]?.result;
    },
  };
};

/** Rego always ends, so the input's size is what bounds the time. */
export const evaluatorOf =
  (rules: Pick<OpenRules, 'ask'>): Evaluator =>
  async (inputText) => {
    const bytes = Buffer.byteLength(inputText);
    if (bytes > maxInputBytes) {
      return lastingFault(`The plan takes ${bytes} bytes; the policy engine reads at most ${maxInputBytes}.`);
    }
    return readVerdict(await rules.ask(entrypoint, inputText));
  };

/** The rules in process. */
export const createWasmEvaluator = async (wasm: Uint8Array<ArrayBuffer>, data: object): Promise<Evaluator> =>
  evaluatorOf(await openRules(wasm, data));
