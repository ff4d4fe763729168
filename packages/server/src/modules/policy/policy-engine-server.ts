import canonicalize from 'canonicalize';
import { hash } from 'node:crypto';
import { z } from 'zod';
import { connectionReasons } from '../../infra/connection-reasons.ts';
import { hashBundle } from './policy-engine-bundle.ts';
import { parsePolicyData, type PolicyData } from './policy-engine-settings.ts';
import { fault, readVerdict, type Rules } from './policy-engine-verdict.ts';
import type { Evaluator } from './policy-engine-wasm.ts';

export interface OpaServerOptions {
  readonly opaUrl: string;
  readonly timeoutMs: number;
}

const dataAnswer = z.object({ result: z.unknown().optional() });
const policiesAnswer = z.object({ result: z.array(z.object({ id: z.string(), raw: z.string() })) });

/** The rules in an OPA server, asked through its REST API. Each question has `timeoutMs`; an answer that did not come is not asked for again. */
export const createOpaServerEvaluator = ({ opaUrl, timeoutMs }: OpaServerOptions): Evaluator => {
  const decisionUrl = endpoint(opaUrl, 'v1/data/countersign/decision');
  return async (inputText) => {
    try {
      const response = await fetch(decisionUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"input":${inputText}}`,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) return fault(`The OPA server answered with status ${response.status}.`);
      return readVerdict(dataAnswer.parse(await response.json()).result);
    } catch (error) {
      if (isTimeout(error)) return fault(`The OPA server did not answer within ${timeoutMs} ms.`);
      throw error;
    }
  };
};

/**
 * The server's rules, which it may change at any time: an answer counts only where the server held the same before
 * and after it. Throws where the server cannot be asked.
 */
export const followOpaServer = async (
  options: OpaServerOptions,
): Promise<Rules & { revision(): string | null }> => {
  const evaluate = createOpaServerEvaluator(options);
  let seen = await readOpaServer(options);
  return {
    bundleHash: () => seen.hash,
    settings: () => seen.settings,
    revision: () => seen.revision,
    async evaluate(inputText) {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const before = seen;
        const answer = await evaluate(inputText);
        if (answer.kind === 'fault') return { answer, bundleHash: before.hash };
        const after = await readOpaServer(options);
        seen = after;
        if (after.hash === before.hash) return { answer, bundleHash: after.hash };
      }
      return {
        answer: fault('The rules of the OPA server changed while it decided.'),
        bundleHash: seen.hash,
      };
    },
  };
};

/** The first finds a change that came since the last decision. */
const mostTries = 2;

/**
 * Names the policies and data that the server holds now, and throws where it cannot be asked or its data
 * would leave rules silent.
 */
const readOpaServer = async ({
  opaUrl,
  timeoutMs,
}: OpaServerOptions): Promise<{
  readonly hash: string;
  readonly settings: PolicyData['settings'];
  readonly revision: string | null;
}> => {
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(endpoint(opaUrl, path), {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`${path} answered with status ${response.status}`);
    return response.json();
  };
  try {
    const [policiesBody, settingsBody, revision] = await Promise.all([
      ask('v1/policies'),
      ask('v1/data/settings'),
      ask('v1/data/system/bundles').then(revisionOf, () => null),
    ]);
    const policies = policiesAnswer.parse(policiesBody).result;
    const data = parsePolicyData({ settings: dataAnswer.parse(settingsBody).result }, 'the OPA server');
    const sources = policies.map(({ id, raw }) => [id, raw]).toSorted(byFirst);
    return {
      hash: hashBundle(hash('sha256', canonicalize(sources) ?? ''), data),
      settings: data.settings,
      revision,
    };
  } catch (error) {
    const reason = isTimeout(error) ? `no answer within ${timeoutMs} ms` : reasonOf(error);
    throw new Error(`The OPA server at ${new URL(opaUrl).host} cannot decide: ${reason}`, { cause: error });
  }
};

const bundlesAnswer = z.object({
  result: z.record(z.string(), z.object({ manifest: z.object({ revision: z.string() }) })),
});
const longestRevision = 200;

/** As the server's bundles call themselves: `shop: 1.4.2`; null where it was given none. */
const revisionOf = (answer: unknown): string | null => {
  const parsed = bundlesAnswer.safeParse(answer);
  if (!parsed.success) return null;
  const named = Object.entries(parsed.data.result).map(
    ([name, { manifest }]) => `${name}: ${manifest.revision}`,
  );
  return named.toSorted().join(', ').slice(0, longestRevision) || null;
};

/** `fetch` says why it failed only in the error's cause. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = cause instanceof Error ? cause : error;
  return connectionReasons[code] ?? (reason instanceof Error ? reason.message : String(reason));
};

const byFirst = ([a = '']: readonly string[], [b = '']: readonly string[]): number => (a < b ? -1 : 1);

const endpoint = (opaUrl: string, path: string): URL =>
  new URL(path, opaUrl.endsWith('/') ? opaUrl : `${opaUrl}/`);

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';
