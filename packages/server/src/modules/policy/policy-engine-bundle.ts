import canonicalize from 'canonicalize';
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const entrypoint = 'countersign/decision';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const bundleManifestSchema = z.strictObject({
  entrypoint: z.literal(entrypoint),
  /** Over the Rego sources that the WASM was built from, without their tests. */
  sourcesHash: sha256,
  wasmHash: sha256,
  /** The version of the `opa` that built it. */
  builtBy: z.string().min(1),
});

export type BundleManifest = z.infer<typeof bundleManifestSchema>;

export interface RegoSource {
  /** The file's name in `policies/`. */
  readonly name: string;
  readonly text: string;
}

export const hashSources = (sources: readonly RegoSource[]): string =>
  hash(
    'sha256',
    JSON.stringify(
      sources.map(({ name, text }) => [name, text]).toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ),
  );

export const hashWasm = (wasm: Uint8Array): string => hash('sha256', wasm);

/** Names everything that can change a verdict: the compiled rules and the data they read. */
export const hashBundle = (rulesHash: string, data: object): string =>
  hash('sha256', `policy-bundle/v1\0${rulesHash}\0${canonicalize(data)}`);

export const readManifest = async (bundleDir: string): Promise<BundleManifest> =>
  bundleManifestSchema.parse(JSON.parse(await readFile(join(bundleDir, 'manifest.json'), 'utf8')));

/** The compiled rules, refused where they are not the file that the manifest was written for. */
export const readPolicyBundle = async (
  bundleDir: string,
): Promise<{ readonly manifest: BundleManifest; readonly wasm: Uint8Array<ArrayBuffer> }> => {
  const manifest = await readManifest(bundleDir);
  const wasm = new Uint8Array(await readFile(join(bundleDir, 'policy.wasm')));
  if (hashWasm(wasm) !== manifest.wasmHash) {
    throw new Error(
      `The policy bundle in ${bundleDir} was altered: policy.wasm does not match manifest.json.`,
    );
  }
  return { manifest, wasm };
};
