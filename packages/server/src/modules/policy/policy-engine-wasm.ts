import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { z } from 'zod';
import type { PolicyAnswer } from '../../domain/decision.ts';
import { entrypoint } from './policy-engine-bundle.ts';
import type { PolicyData } from './policy-engine-settings.ts';
import { timeBuiltins } from './policy-engine-time.ts';
import { lastingFault, readVerdict } from './policy-engine-verdict.ts';

/** The package's own declarations of these two do not resolve. */
interface LoadedPolicy {
  setData(data: PolicyData): void;
  evaluate(input: ArrayBuffer, entrypoint: string): unknown;
}
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

/**
 * The rules in process. One instance serves every evaluation; after a trap its memory cannot be trusted,
 * so the next evaluation gets a new one. Rego always ends, so the input's size is what bounds the time.
 */
export const createWasmEvaluator = async (
  wasm: Uint8Array<ArrayBuffer>,
  data: PolicyData,
): Promise<Evaluator> => {
  const start = async (): Promise<LoadedPolicy> => {
    const policy = await load(wasm, {}, timeBuiltins);
    policy.setData(data);
    return policy;
  };
  let current: LoadedPolicy | undefined = await start();

  return async (inputText) => {
    const bytes = new TextEncoder().encode(inputText);
    if (bytes.byteLength > maxInputBytes) {
      return lastingFault(
        `The plan takes ${bytes.byteLength} bytes; the policy engine reads at most ${maxInputBytes}.`,
      );
    }
    const policy = current ?? (await start());
    current = undefined;
    const results = resultSet.parse(policy.evaluate(bytes.buffer, entrypoint));
    current = policy;
    return readVerdict(results[0]?.result);
  };
};
