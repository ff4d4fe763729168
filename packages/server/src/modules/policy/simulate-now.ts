import { z } from 'zod';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { PolicyContents } from '../../record/policy-content.ts';
import { filterId, optional } from '../inputs.ts';
import { othersRules, readPolicyInput } from './draft-policy.ts';
import { keptRules } from './kept-bundles.ts';
import { measureFlips, type MeasureDependencies } from './measure-flips.ts';
import { hashBundle } from './policy-engine-bundle.ts';
import type { InstalledEngine } from './policy-engine.ts';
import { namesDead, type PolicyViews, type SimulationView } from './policy-views.ts';
import { endOfTime, noVersion } from './publish-policy.ts';
import { keptVersion, type TestDependencies } from './test-policy.ts';

export interface SimulateNowDependencies
  extends MeasureDependencies, Pick<TestDependencies, 'policies' | 'versions' | 'kept'> {
  readonly installed: InstalledEngine;
  readonly contents: Pick<PolicyContents, 'find'>;
  readonly views: PolicyViews;
}

const simulatedAtOnce = 1_000;
const simulatingMs = 30_000;

export const simulateInput = z
  .strictObject({
    data: optional(z.unknown()).describe('Policy data as policies/data.json has it: { settings }.'),
    versionId: optional(filterId).describe('A version, instead of data.'),
    window: optional(z.int().min(1).max(simulatedAtOnce)).describe(
      'How many recorded decisions, chosen as startPolicySimulation chooses them: 1 to 1000, 200 by default.',
    ),
  })
  .meta({ id: 'SimulatePolicyInput', description: 'What is run over recorded decisions.' });

export const simulateNow = async (
  deps: SimulateNowDependencies,
  tenantId: string,
  { data, versionId, window = 200 }: z.output<typeof simulateInput>,
): Promise<Outcome<SimulationView>> => {
  if (deps.installed.serverHost !== null) return refused(othersRules(deps.installed.serverHost));
  if ((data === undefined) === (versionId === undefined))
    return refused(invalidInput([{ path: 'input.data', message: 'say either data or versionId' }]));
  const before = await deps.kept.find(deps.policies.of(tenantId).bundleHash());
  const content = before && (await deps.contents.find(before.bundleHash));
  if (!before || !content) throw new Error('The rules in force are not kept.');
  const parsed = data === undefined ? null : readPolicyInput(data);
  if (parsed && !parsed.ok) return parsed;
  const after = parsed
    ? keptRules({ ...content, data: parsed.value, bundleHash: hashBundle(content.rulesHash, parsed.value) })
    : await keptVersion(deps, tenantId, versionId ?? '');
  if (!after) return refused(noVersion);
  const report = await measureFlips(deps, {
    tenantId,
    before,
    after,
    range: { since: new Date(0), until: endOfTime },
    most: window,
    signal: AbortSignal.timeout(simulatingMs),
  });
  if (!report) return refused(refusal('DEPENDENCY_FAILED', 'The rules did not answer in time.'));
  const rules = await deps.views.rulesInForce(tenantId);
  return accepted({
    id: null,
    versionId: versionId ?? null,
    state: 'DONE',
    total: report.decisions,
    seen: report.decisions,
    since: null,
    until: null,
    at: null,
    endedAt: null,
    error: null,
    ...report,
    deadRules: namesDead(rules, report),
  });
};
