import canonicalize from 'canonicalize';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { PolicyAnswer } from '../../domain/decision.ts';
import { hashBundle, readPolicyBundle } from './policy-engine-bundle.ts';
import { createLeastRecentlyUsed } from './policy-engine-cache.ts';
import type { LeastRecentlyUsed } from './policy-engine-cache.ts';
import { createOpaServerEvaluator, readOpaServerHash } from './policy-engine-server.ts';
import { readPolicyData } from './policy-engine-settings.ts';
import { fault } from './policy-engine-verdict.ts';
import { createWasmEvaluator } from './policy-engine-wasm.ts';
import type { Evaluator } from './policy-engine-wasm.ts';
import type { PolicyInput } from './policy-input.ts';

export interface PolicyEngineOptions {
  /** The folder of `policy.wasm` and `manifest.json`. */
  readonly bundleDir: string;
  /** Thresholds, lists and quorum rules; by default `data.json` beside the bundle's folder. */
  readonly dataFile?: string | undefined;
  /** An OPA server that decides instead; it holds its own rules and data. */
  readonly opaUrl?: string | undefined;
  /** How long an OPA server may take for one answer. In process the input's size is the bound. */
  readonly timeoutMs: number;
  readonly logger?: { warn(fields: object, message: string): void } | undefined;
}

/**
 * The engine's answer, with the SHA-256 (hex) over the canonical JSON (RFC 8785) of the input it is about;
 * an empty hash where the input has no canonical form, which is a fault.
 */
export type PolicyEvaluation = PolicyAnswer & { readonly inputHash: string };

export interface PolicyEngine {
  /** SHA-256 (hex) over the rules and the data that they read. */
  readonly bundleHash: string;
  /** Never rejects: whatever goes wrong is a fault. `decide` turns a fault into DENY, a claim into a wait. */
  evaluate(input: PolicyInput): Promise<PolicyEvaluation>;
}

/** Throws where the bundle was altered, the data has faults (all listed) or the OPA server cannot be asked. */
export const createPolicyEngine = async (options: PolicyEngineOptions): Promise<PolicyEngine> => {
  const { bundleDir, dataFile = join(bundleDir, '..', 'data.json'), opaUrl, timeoutMs, logger } = options;
  if (opaUrl !== undefined) {
    const server = { opaUrl, timeoutMs };
    const bundleHash = await readOpaServerHash(server);
    return { bundleHash, evaluate: evaluateWith(createOpaServerEvaluator(server), logger) };
  }
  const data = await readPolicyData(dataFile);
  const { manifest, wasm } = await readPolicyBundle(bundleDir);
  const evaluator = await createWasmEvaluator(wasm, data);
  return {
    bundleHash: hashBundle(manifest.wasmHash, data),
    evaluate: evaluateWith(evaluator, logger, createLeastRecentlyUsed(rememberedVerdicts)),
  };
};

const rememberedVerdicts = 2_000;
const rememberedTextLength = 8_192;

/**
 * With a memory, an input asked before is answered from it: rules are pure, so the same input has the same
 * verdict for as long as the bundle lives, and every claim asks again what its plan was asked. The memory's
 * key is the plain JSON text, which costs a fifth of the canonical one.
 */
const evaluateWith = (
  evaluator: Evaluator,
  logger: PolicyEngineOptions['logger'],
  memory?: LeastRecentlyUsed<PolicyEvaluation>,
): PolicyEngine['evaluate'] => {
  const failed = (message: string, inputHash: string): PolicyEvaluation => {
    logger?.warn({ inputHash, fault: message }, 'policy evaluation failed, so nothing runs by it');
    return { ...fault(message), inputHash };
  };
  return async (input) => {
    let inputHash = '';
    try {
      const key = JSON.stringify(input);
      const known = memory?.get(key);
      if (known) return known;
      const text = canonicalize(input) ?? '';
      inputHash = hash('sha256', text);
      const answer = await evaluator(text);
      if (answer.kind === 'fault') return failed(answer.message, inputHash);
      const evaluation = { ...answer, inputHash };
      if (key.length <= rememberedTextLength) memory?.set(key, evaluation);
      return evaluation;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return failed(`The policy engine failed: ${reason}`, inputHash);
    }
  };
};
