import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { emptyReport } from '../../domain/policy-flips.ts';
import { jsonFault } from '../../domain/json.ts';
import type { Principal } from '../../domain/principal.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { NewId } from '../../infra/ids.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';
import type { Journal } from '../../record/journal.ts';
import type { PolicyContent, PolicyContents } from '../../record/policy-content.ts';
import type { PolicyPast } from '../../record/policy-past.ts';
import type { PolicyVersionStore } from '../../record/policy-version-store.ts';
import type { BundleKey } from './bundle-signature.ts';
import { keptRules } from './kept-bundles.ts';
import type { PoliciesInForce } from './policies-in-force.ts';
import { hashBundle, hashWasm } from './policy-engine-bundle.ts';
import { policyDataSchema, type PolicyData } from './policy-engine-settings.ts';
import type { CheckReport } from './policy-thread-work.ts';
import type { PolicyThreads } from './policy-threads.ts';
import { versionOf, type PolicyVersion } from './policy-version.ts';
import { readBundle, type ReadBundle } from './read-bundle.ts';

export interface DraftDependencies {
  /** What the installation was started with; null where an OPA server decides. */
  readonly content: PolicyContent | null;
  readonly serverHost: string | null;
  readonly policies: Pick<PoliciesInForce, 'of'>;
  readonly contents: PolicyContents;
  readonly versions: PolicyVersionStore;
  readonly past: Pick<PolicyPast, 'shapes'>;
  readonly threads: Pick<PolicyThreads, 'check'>;
  readonly bundleKeys: readonly BundleKey[];
  readonly journal: Pick<Journal, 'transaction'>;
  readonly newId: NewId;
}

export interface DraftOrder {
  /** The bytes of a bundle, in base64. */
  readonly bundle: string | null;
  /** As `data.json` has it. */
  readonly data: unknown;
  readonly note: string;
}

const mostDataBytes = 262_144;
const dataLimits = { depth: 16, values: 50_000 };
const mostOpen = 50;
/** Recorded inputs that a new version has to answer. */
const mostShapes = 200;

/** Publishing belongs to the server that decides. */
export const othersRules = (host: string) =>
  refusal(
    'NOT_IN_THIS_STATE',
    `The rules are those of the OPA server at ${host}: publish there. Its revision is recorded with every decision.`,
  );

/** Takes a version in: looks at its form, signature and data, then asks its rules on a thread. */
export const draftPolicy = async (
  deps: DraftDependencies,
  viewer: Principal,
  order: DraftOrder,
): Promise<Outcome<PolicyVersion>> => {
  if (deps.serverHost !== null) return refused(othersRules(deps.serverHost));
  const { tenantId } = viewer;
  const made = await makeContent(deps, tenantId, order);
  if (!made.ok) return made;
  const { content, signedBy } = made.value;
  if (content.bundleHash === deps.policies.of(tenantId).bundleHash())
    return refused(refusal('NOT_IN_THIS_STATE', 'These rules with this data are what decides already.'));
  const report = await checkContent(deps, tenantId, content);
  return deps.journal.transaction(async (tx) => {
    const madeAt = await deps.versions.lock(tx, tenantId);
    if ((await deps.versions.countOpen(tx, tenantId)) >= mostOpen)
      return refused(
        refusal('RATE_LIMIT_EXCEEDED', `There are ${mostOpen} drafts already: discard some first.`),
      );
    await deps.contents.keep(tx, content);
    const version: PolicyVersion = {
      id: deps.newId(),
      tenantId,
      number: await deps.versions.nextNumber(tx, tenantId),
      note: order.note,
      bundleHash: content.bundleHash,
      rulesHash: content.rulesHash,
      signedBy,
      madeById: viewer.id,
      madeAt,
      report,
      shadowSince: null,
      shadow: { ...emptyReport, skipped: 0 },
      discardedAt: null,
      asks: [],
    };
    deps.versions.insert(tx, version);
    tx.record({
      tenantId,
      type: 'policy.drafted',
      at: madeAt,
      taskId: null,
      actorId: viewer.id,
      summary: `${viewer.name} drafted policy version ${version.number}${report.isPassed ? '' : ', which has faults'}: ${order.note}`,
      data: {
        versionId: version.id,
        number: version.number,
        bundleHash: version.bundleHash,
        signedBy,
        isPassed: report.isPassed,
      },
    });
    return accepted(versionOf(version));
  });
};

/** What the version consists of: a bundle with its own data or other data, or other data under the rules in force. */
const makeContent = async (
  deps: DraftDependencies,
  tenantId: string,
  { bundle, data }: DraftOrder,
): Promise<Outcome<{ readonly content: PolicyContent; readonly signedBy: string | null }>> => {
  if (bundle === null && data === undefined)
    return refused(
      invalidInput([{ path: 'data', message: 'is missing: a draft is of a bundle, of data, or of both' }]),
    );
  const read = bundle === null ? null : await readBundle(Buffer.from(bundle, 'base64'), deps.bundleKeys);
  if (read && !read.ok) return read;
  const given = data ?? read?.value.data ?? null;
  const parsed = given === null ? null : readPolicyInput(given);
  if (parsed && !parsed.ok) return parsed;
  const inForce = await contentInForce(deps, tenantId);
  const rules = read ? rulesIn(read.value) : inForce;
  const chosen = parsed?.value ?? inForce.data;
  return accepted({
    content: { ...rules, data: chosen, bundleHash: hashBundle(rules.rulesHash, chosen) },
    signedBy: read?.value.signedBy ?? null,
  });
};

const rulesIn = ({ wasm, revision }: ReadBundle) => ({
  rulesHash: hashWasm(wasm),
  wasm,
  builtBy: revision ?? 'a signed bundle',
});

const contentInForce = async (
  { contents, policies, content }: DraftDependencies,
  tenantId: string,
): Promise<PolicyContent> => {
  const found = (await contents.find(policies.of(tenantId).bundleHash())) ?? content;
  if (!found) throw new Error('The rules in force are not kept.');
  return found;
};

/** Every fault with its path. */
export const readPolicyInput = (given: unknown): Outcome<PolicyData> => {
  const odd = jsonFault(given, dataLimits);
  if (odd) return refused(invalidInput([{ path: pathOf(['data', ...odd.path]), message: odd.message }]));
  const bytes = Buffer.byteLength(canonicalJson(given));
  if (bytes > mostDataBytes)
    return refused(
      invalidInput([
        { path: 'data', message: `takes ${bytes} bytes, and ${mostDataBytes} at most are taken` },
      ]),
    );
  const read = readInput(policyDataSchema, given);
  return read.ok
    ? accepted(read.value)
    : refused(
        invalidInput(read.faults.map(({ keys, message }) => ({ path: pathOf(['data', ...keys]), message }))),
      );
};

const checkContent = async (
  { past, threads }: DraftDependencies,
  tenantId: string,
  content: PolicyContent,
): Promise<CheckReport> =>
  (await threads.check(keptRules(content), await past.shapes(tenantId, mostShapes))) ?? {
    isPassed: false,
    entries: [
      { check: 'DOCUMENTS', isPassed: false, subject: null, message: 'Its rules did not answer in time.' },
    ],
    rules: [],
  };
