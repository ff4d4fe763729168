/** Shows the log as evidence, seals it, and gives copies of it that prove themselves. */
export { createAuditQueries, type AuditQueries } from './queries.ts';
export {
  createProofOperations,
  type ProofOperations,
  type EvidenceBundle,
  type SealState,
} from './proofs.ts';
export { createAttempts, type Attempts } from './attempts.ts';
export { fileAnchor, lastHeadsOf, logAnchor, webhookAnchor } from './anchors.ts';
export {
  createStreamWatch,
  startRecordStream,
  type RecordStreamDependencies,
  type StreamWatch,
} from './stream-record.ts';
export { createSealWatch, startSealer } from './sealer.ts';
export { KeyElsewhere, openAuditKey, rotateAuditKey, type Rotation } from './audit-key.ts';
export { sealAll } from './seal-events.ts';
export { exportRecord, noteExport } from './export-record.ts';
export { verifyKept } from './verify-kept.ts';
export { exportEvidence } from './evidence.ts';
export { eraseArchived } from './erase-archived.ts';
export { eraseEntries, type Erasure } from './erase-entries.ts';
export { ArchiveElsewhere } from './archived-entries.ts';
export { createArchiveFiles, type ArchiveFiles } from './archive-files.ts';
export { archiveDueSince, archiveSome, type ArchiveDependencies } from './archive-record.ts';
