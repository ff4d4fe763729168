/**
 * Builds `policies/bundle` from the Rego sources with OPA's command line (`opa` on PATH, or OPA_BIN).
 *   node scripts/build-policies.ts                 check the rules, run their tests, build
 *   node scripts/build-policies.ts --check         fail where the bundle is not what the sources give
 *   node scripts/build-policies.ts --conformance   compare the bundle with a real OPA server
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  entrypoint,
  hashSources,
  hashWasm,
  readPolicyBundle,
} from '../packages/server/src/modules/policy/policy-engine-bundle.ts';
import type { BundleManifest } from '../packages/server/src/modules/policy/policy-engine-bundle.ts';
import { readPolicyData } from '../packages/server/src/modules/policy/policy-engine-settings.ts';
import { checkRules, compileRules, findOpa, policiesDir, readRules } from './opa.ts';
import type { Opa } from './opa.ts';

const bundleDir = join(policiesDir, 'bundle');
const dataFile = join(policiesDir, 'data.json');

const build = async (opa: Opa): Promise<string> => {
  await readPolicyData(dataFile);
  await checkRules(opa);
  const wasm = await compileRules(opa);
  const manifest: BundleManifest = {
    entrypoint,
    sourcesHash: hashSources(await readRules()),
    wasmHash: hashWasm(wasm),
    builtBy: opa.version,
  };
  await mkdir(bundleDir, { recursive: true });
  await writeFile(join(bundleDir, 'policy.wasm'), wasm);
  await writeFile(join(bundleDir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return `policies: built ${wasm.byteLength} bytes of WASM with opa ${opa.version}`;
};

const check = async (opa: Opa | undefined): Promise<string> => {
  await readPolicyData(dataFile);
  const { manifest } = await readPolicyBundle(bundleDir);
  if (hashSources(await readRules()) !== manifest.sourcesHash) {
    throw new Error('The Rego sources are newer than policies/bundle: run node scripts/build-policies.ts');
  }
  if (!opa) return 'policies: the bundle is that of the sources (no opa here to run the Rego tests)';
  await checkRules(opa);
  if (opa.version === manifest.builtBy && hashWasm(await compileRules(opa)) !== manifest.wasmHash) {
    throw new Error('policies/bundle/policy.wasm is not what these sources compile to.');
  }
  return `policies: the bundle is that of the sources, and the Rego tests pass on opa ${opa.version}`;
};

const conform = async (opa: Opa): Promise<string> => {
  const { comparePolicies } = await import('./policy-conformance.ts');
  return comparePolicies(opa, bundleDir);
};

const needed = (opa: Opa | undefined): Opa => {
  if (opa) return opa;
  throw new Error('This needs OPA: install the opa program or set OPA_BIN to it.');
};

const { values } = parseArgs({
  options: { check: { type: 'boolean' }, conformance: { type: 'boolean' } },
});

try {
  const opa = await findOpa();
  const chosen = values.check ? check(opa) : values.conformance ? conform(needed(opa)) : build(needed(opa));
  console.log(await chosen);
} catch (error) {
  // A program that failed says why on its own streams.
  const streams =
    error instanceof Error && 'stdout' in error ? [error.stdout, 'stderr' in error && error.stderr] : [];
  for (const text of streams) if (typeof text === 'string') console.error(text.trim());
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
