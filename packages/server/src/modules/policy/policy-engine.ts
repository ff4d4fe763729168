import { hash } from 'node:crypto';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { PolicyAnswer } from '../../domain/decision.ts';
import { systemClock } from '../../infra/clock.ts';
import type { PolicyContent } from '../../record/policy-content.ts';
import { canonicalText } from './canonical-text.ts';
import { hashBundle, readPolicyBundle } from './policy-engine-bundle.ts';
import { createOpaServerEvaluator, followOpaServer } from './policy-engine-server.ts';
import { readPolicyData, timeStepOf, type PolicyData } from './policy-engine-settings.ts';
import { createWasmEvaluator } from './policy-engine-wasm.ts';
import type { Rules } from './policy-engine-verdict.ts';
import type { Evaluator } from './policy-engine-wasm.ts';
import { policyInput, type PolicyInput } from './policy-input.ts';

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
 * an empty hash where the input has no canonical form, which is a fault. `bundleHash` names what answered.
 */
export type PolicyEvaluation = PolicyAnswer & { readonly inputHash: string; readonly bundleHash: string };

/** Rules that decide. */
export interface PolicyEngine {
  /** SHA-256 (hex) over the rules and the data that they read, as they were last seen. */
  bundleHash(): string;
  /**
   * The time as the rules of now see it: RFC 3339, rounded down to what they need, so that answers can be
   * remembered; null where none of them looks at it.
   */
  timeOfRules(now: Date): string | null;
  /** What the rules of now were given as data. */
  settings(): PolicyData['settings'];
  /** Never rejects: whatever goes wrong is a fault. A submission is refused for now, a claim waits. */
  evaluate(input: PolicyInput): Promise<PolicyEvaluation>;
  /** Asks exactly the rules of one bundle; null where they are not here. */
  rulesOf(bundleHash: string): Promise<((input: PolicyInput) => Promise<PolicyAnswer>) | null>;
  /** What keeps it from answering now, or null where it answers. */
  trouble(): Promise<string | null>;
  /** As the OPA server that decides calls its rules; null where it does not, or the rules run here. */
  revision(): string | null;
}

/** The rules that the installation was started with. */
export interface InstalledEngine extends PolicyEngine {
  /** What is to be kept of them; null where an OPA server has them. */
  readonly content: PolicyContent | null;
  /** Of the OPA server that decides; null where the rules run in process. */
  readonly serverHost: string | null;
}

type Logger = PolicyEngineOptions['logger'];

/** Throws where the bundle was altered, the data has faults (all listed) or the OPA server cannot be asked. */
export const createPolicyEngine = async (options: PolicyEngineOptions): Promise<InstalledEngine> => {
  const { bundleDir, dataFile = join(bundleDir, '..', 'data.json'), opaUrl, timeoutMs, logger } = options;
  if (opaUrl !== undefined) {
    const server = { opaUrl, timeoutMs };
    const rules = await followOpaServer(server);
    return {
      ...engineOf(rules, createOpaServerEvaluator(server), logger),
      revision: rules.revision,
      content: null,
      serverHost: new URL(opaUrl).host,
    };
  }
  const data = await readPolicyData(dataFile);
  const { manifest, wasm } = await readPolicyBundle(bundleDir);
  const bundleHash = hashBundle(manifest.wasmHash, data);
  return {
    ...engineWithin(await createWasmEvaluator(wasm, data), bundleHash, data.settings, logger),
    content: { bundleHash, rulesHash: manifest.wasmHash, wasm, builtBy: manifest.builtBy, data },
    serverHost: null,
  };
};

/** Rules that are pure and never change, asked by `evaluator`. */
export const engineWithin = (
  evaluator: Evaluator,
  bundleHash: string,
  settings: PolicyData['settings'],
  logger: Logger,
): PolicyEngine => {
  const rules: Rules = {
    bundleHash: () => bundleHash,
    settings: () => settings,
    evaluate: async (text) => ({ answer: await evaluator(text), bundleHash }),
  };
  return engineOf(rules, evaluator, logger, new LRUCache({ max: rememberedVerdicts }));
};

const engineOf = (
  rules: Rules,
  probe: Evaluator,
  logger: Logger,
  memory?: LRUCache<string, PolicyEvaluation>,
): PolicyEngine => {
  const evaluate = evaluateWith(rules, logger, memory);
  return {
    bundleHash: rules.bundleHash,
    timeOfRules: timeOf(rules),
    settings: rules.settings,
    evaluate,
    rulesOf: rulesOf(rules, evaluate),
    trouble: troubleOf(probe, timeOf(rules)),
    revision: () => null,
  };
};

/** An answer counts only where the rules that gave it are the wanted ones. */
const rulesOf =
  (rules: Rules, evaluate: PolicyEngine['evaluate']): PolicyEngine['rulesOf'] =>
  (wanted) =>
    Promise.resolve(
      rules.bundleHash() === wanted
        ? async (input) => {
            const { inputHash: _, bundleHash, ...answer } = await evaluate(input);
            return bundleHash === wanted
              ? answer
              : { kind: 'fault', message: 'The rules changed while they were asked.' };
          }
        : null,
    );

/** A plan that does nothing: whoever can decide anything can decide on it. */
const idlePlan = (now: string | null): string =>
  canonicalText(
    policyInput({
      tenantId: 'none',
      requester: { type: 'SERVICE', roles: ['VIEWER'], name: 'health' },
      environment: 'DEVELOPMENT',
      mode: 'NOOP',
      priority: 'LOW',
      justification: null,
      risk: 'LOW',
      requiresApproval: false,
      steps: [],
      now,
    }),
  );

const timeOf =
  ({ settings }: Rules): PolicyEngine['timeOfRules'] =>
  (now) => {
    const stepMs = timeStepOf(settings());
    if (stepMs === null) return null;
    return new Date(now.getTime() - (now.getTime() % stepMs)).toISOString().replace('.000Z', 'Z');
  };

const troubleOf =
  (evaluator: Evaluator, timeOfRules: PolicyEngine['timeOfRules']): PolicyEngine['trouble'] =>
  async () => {
    try {
      const answer = await evaluator(idlePlan(timeOfRules(systemClock.now())));
      return answer.kind === 'fault' ? answer.message : null;
    } catch (error) {
      return reasonOf(error);
    }
  };

const reasonOf = (error: unknown): string =>
  `The policy engine failed: ${error instanceof Error ? error.message : String(error)}`;

const rememberedVerdicts = 2_000;
const rememberedTextLength = 8_192;

/**
 * With a memory, an input asked before is answered from it: rules are pure, so the same input has the same
 * verdict for as long as the bundle lives, and every claim asks again what its plan was asked. Where rules look
 * at the time, it is part of the input, so what is remembered ends with the step that it was rounded to.
 */
const evaluateWith = (
  rules: Rules,
  logger: Logger,
  memory?: LRUCache<string, PolicyEvaluation>,
): PolicyEngine['evaluate'] => {
  const failed = (
    answer: PolicyAnswer & { kind: 'fault' },
    inputHash: string,
    bundleHash = rules.bundleHash(),
  ): PolicyEvaluation => {
    logger?.warn({ inputHash, fault: answer.message }, 'policy evaluation failed, so nothing runs by it');
    return { ...answer, inputHash, bundleHash };
  };
  return async (input) => {
    let inputHash = '';
    try {
      const text = canonicalText(input);
      // Its hash is wanted anyhow, and so short a key is looked for and kept at less cost than the text.
      inputHash = hash('sha256', text);
      const known = memory?.get(inputHash);
      if (known) return known;
      const { answer, bundleHash } = await rules.evaluate(text);
      if (answer.kind === 'fault') return failed(answer, inputHash, bundleHash);
      const evaluation = { ...answer, inputHash, bundleHash };
      if (text.length <= rememberedTextLength) memory?.set(inputHash, evaluation);
      return evaluation;
    } catch (error) {
      return failed({ kind: 'fault', message: reasonOf(error) }, inputHash);
    }
  };
};
