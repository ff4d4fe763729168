import type { Erasure, EvidenceBundle, ProofOperations, SealState } from '../../../modules/audit/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** That the record is what was recorded, for whoever wants to see it proven. */
export const addProofSchema = (builder: Builder, refs: Refs, operations: ProofOperations): void => {
  const seal = defineType<SealState>(builder, 'AuditSeal', 'How far the record of a tenant is sealed.', {
    size: ['Int', 'Entries that are sealed.'],
    sealedTo: [
      'String',
      'The place of the last of them in the log; null where nothing is sealed yet.',
      'nullable',
    ],
    root: ['String', 'The root of their Merkle tree (RFC 6962), in hex.', 'nullable'],
    sealedAt: ['DateTime', 'When it was signed.', 'nullable'],
    keyId: ['String', 'The key that signs now: the first 16 hex digits of the SHA-256 of its SPKI form.'],
    publicKey: ['String', 'Ed25519, PEM; where the key was changed, those before it follow.'],
    lagMs: ['Milliseconds', 'How long the oldest entry that is not sealed has waited for it.'],
    trouble: ['String', 'What is wrong with the sealing; null where nothing is.', 'nullable'],
  });
  const bundle = defineType<EvidenceBundle>(
    builder,
    'EvidenceBundle',
    'A copy that proves itself, to be checked without us: docs/operations/audit.md says how.',
    {
      fileName: ['String', 'As it may be called.'],
      text: [
        'String',
        'JSON Lines: heads that are signed, entries with their proofs, exhibits, and a last line that signs those before.',
      ],
    },
  );
  refs.query(operations.auditSeal, { type: seal });
  refs.query(operations.auditProof, { type: bundle });
  refs.query(operations.auditEntryProof, { type: bundle });
  refs.command(
    operations.eraseAuditEntries,
    refs.payload<Erasure>('EraseAuditEntriesPayload', 'What became of an erasure.', (_give, t) => ({
      erased: t.int({
        nullable: true,
        description: 'Entries of which what they said was taken out.',
        resolve: (outcome) => (outcome.ok ? outcome.value.erased : null),
      }),
    })),
  );
};
