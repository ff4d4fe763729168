import type { StatementRunner } from '../infra/database.ts';

/** Rules and the data that they read, under the hash by which decisions name them. */
export interface PolicyContent {
  readonly bundleHash: string;
  /** SHA-256 of the compiled rules. */
  readonly rulesHash: string;
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly builtBy: string;
  /** As it was hashed: whoever reads it by newer defaults reads other data. */
  readonly data: object;
}

/** Every bundle that ever decided or may: addressed by its content, never changed, never deleted. */
export interface PolicyContents {
  /** Keeps it where it is not kept yet. */
  keep(tx: StatementRunner, content: PolicyContent): Promise<void>;
  find(bundleHash: string): Promise<PolicyContent | null>;
}

export const createPolicyContents = (database: StatementRunner): PolicyContents => ({
  async keep(tx, { bundleHash, rulesHash, wasm, builtBy, data }) {
    await tx.query(
      'INSERT INTO policy_rules (hash, wasm, built_by) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING',
      [rulesHash, Buffer.from(wasm), builtBy],
    );
    await tx.query(
      'INSERT INTO policy_bundle (hash, rules_hash, data) VALUES ($1, $2, $3::jsonb) ON CONFLICT (hash) DO NOTHING',
      [bundleHash, rulesHash, JSON.stringify(data)],
    );
  },

  async find(bundleHash) {
    const [row] = await database.query<Omit<PolicyContent, 'wasm'> & { wasm: Buffer }>(
      `SELECT b.hash AS "bundleHash", b.rules_hash AS "rulesHash", r.wasm, r.built_by AS "builtBy", b.data
       FROM policy_bundle b JOIN policy_rules r ON r.hash = b.rules_hash WHERE b.hash = $1`,
      [bundleHash],
    );
    return row ? { ...row, wasm: new Uint8Array(row.wasm) } : null;
  },
});
