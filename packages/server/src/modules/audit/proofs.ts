import type { Entry } from '@countersign/audit/verify-audit';
import { reasonLack } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { ofAnotherLog, readCursor } from '../../domain/log-cursor.ts';
import type { Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Connections, StatementRunner } from '../../infra/database.ts';
import type { SigningKey } from '../../infra/signing-key.ts';
import { archivedBefore } from '../../record/archive-store.ts';
import { placeInLog } from '../../record/event-store.ts';
import { seenAmong } from '../../record/in-sight.ts';
import { lastSeals, readEntries } from '../../record/seal-store.ts';
import { id, optional, text } from '../inputs.ts';
import type { FindNamed } from '../named-ids.ts';
import { defineCommand, defineQuery } from '../operation.ts';
import { ArchiveElsewhere, archivedEntries, archiveFrom, ensureArchivesHere } from './archived-entries.ts';
import { eraseArchived, type Erased } from './erase-archived.ts';
import { eraseEntries, type EraseDependencies, type Erasure } from './erase-entries.ts';
import { exportEntry, exportEvidence } from './evidence.ts';
import { exportRecord, noteExport, type ExportDependencies } from './export-record.ts';
import { ensureCurrent, KeyElsewhere } from './audit-key.ts';
import { sealAll } from './seal-events.ts';
import type { SealWatch } from './sealer.ts';

export interface ProofDependencies extends ExportDependencies, EraseDependencies {
  readonly database: Connections & { readonly history: StatementRunner };
  readonly key: SigningKey;
  readonly processName: string;
  readonly watch: Pick<SealWatch, 'lagMs' | 'trouble'>;
  readonly findTasks: FindNamed;
}

/** A copy that proves itself: JSON Lines, as `countersign audit verify` reads them. */
export interface EvidenceBundle {
  readonly fileName: string;
  readonly text: string;
}

/** How far a tenant's record is sealed. */
export interface SealState {
  readonly size: number;
  readonly sealedTo: string | null;
  readonly root: string | null;
  readonly sealedAt: Date | null;
  readonly keyId: string;
  readonly publicKey: string;
  readonly lagMs: number;
  readonly trouble: string | null;
}

/** A copy that is written while it is read. */
export interface CopyStream {
  readonly fileName: string;
  readonly lines: AsyncIterable<string>;
}

const noTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');
const peopleOnly = refusal('AUTHORIZATION_FAILED', 'A person erases what the record says, for good.');
const noEntry = refusal('RESOURCE_NOT_FOUND', 'There is no such entry.');
const notSealed = refusal(
  'NOT_IN_THIS_STATE',
  'This entry is not sealed yet. It will be within seconds: ask again.',
  {
    retriable: true,
  },
);

const eraseInput = z
  .strictObject({
    taskId: optional(id).describe('Of this task: all entries, a thousand at once.'),
    seq: optional(z.string().meta({ format: 'cursor' })).describe('This one entry, by its place in the log.'),
    reason: text(2_000)
      .refine((words) => reasonLack(words) === null, 'must say why, in ten characters or more')
      .describe('Why, for the record.'),
  })
  .refine(({ taskId, seq }) => (taskId === undefined) !== (seq === undefined), {
    message: 'name either a task or an entry',
    path: ['taskId'],
  })
  .meta({ id: 'EraseAuditEntriesInput', description: 'Of which entries to erase what they said, and why.' });

const tooLarge = refusal(
  'QUERY_TOO_COMPLEX',
  'This evidence is too large for an answer: GET /audit/evidence/{taskId} gives it as a file.',
);

/** Why nothing can be signed here, or what it is about is not here; null where it can be given. */
const isAway = async (
  { database, key, files }: ProofDependencies,
  tenantId: string,
  from: bigint,
  to?: bigint,
): Promise<Refusal | null> => {
  try {
    await ensureCurrent(database, key);
    await ensureArchivesHere({ database, files }, tenantId, from, to);
    return null;
  } catch (error) {
    if (!(error instanceof KeyElsewhere || error instanceof ArchiveElsewhere)) throw error;
    return refusal('DEPENDENCY_FAILED', error.message);
  }
};

/** Of the entry that its seq names; another entry may have the place in a log that was set back since. */
const placeOf = async (
  { database }: Pick<ProofDependencies, 'database'>,
  seq: string,
): Promise<Outcome<bigint>> => {
  const cursor = readCursor(seq);
  if (!cursor) return refused(noEntry);
  const place = await placeInLog(database, cursor);
  return place === null ? refused(ofAnotherLog) : accepted(place);
};

const entryAt = async (
  { database, files }: ProofDependencies,
  tenantId: string,
  at: bigint,
): Promise<Entry | null> => {
  const [entry] = await readEntries(database, { tenantId, from: at, to: at, limit: 1 });
  if (entry) return entry;
  const archive = await archiveFrom(database, tenantId, at);
  if (!archive) return null;
  for await (const found of archivedEntries(files, archive, { from: at, to: at })) return found;
  return null;
};

const notAll = refusal(
  'AUTHORIZATION_FAILED',
  'This copy holds everything of the tenant, and you see your own work: take the evidence of a task.',
);

/** More is a file to download, not a field of an answer. */
const largestBundle = 8 * 1024 * 1024;

export const createProofOperations = (deps: ProofDependencies) => ({
  auditSeal: defineQuery({
    name: 'auditSeal',
    description: 'How far the record of your tenant is sealed, and the key that it is checked with.',
    input: z.strictObject({}),
    view: async ({ viewer }): Promise<Outcome<SealState>> => accepted(await sealState(deps, viewer.tenantId)),
  }),
  auditProof: defineQuery({
    name: 'auditProof',
    description:
      'The evidence of a task: its entries with their proofs to signed heads, and what they name by hash. That it was taken is on record. Larger than 8 MiB is QUERY_TOO_COMPLEX: GET /audit/evidence/{taskId} gives it as a file.',
    input: z.strictObject({ taskId: id.describe('Its UUID.') }),
    async view(call, { taskId }): Promise<Outcome<EvidenceBundle>> {
      const copy = await evidenceOf(deps, call.viewer, taskId);
      return copy.ok ? bundleOf(copy.value) : copy;
    },
  }),
  auditEntryProof: defineQuery({
    name: 'auditEntryProof',
    description:
      'One entry of the record with its proof to a signed head, to be checked by whoever reads it.',
    input: z.strictObject({ seq: z.string().meta({ format: 'cursor' }).describe('Its place in the log.') }),
    async view({ viewer }, { seq }): Promise<Outcome<EvidenceBundle>> {
      const { tenantId } = viewer;
      const place = await placeOf(deps, seq);
      if (!place.ok) return place;
      const at = place.value;
      const away = await isAway(deps, tenantId, at, at);
      if (away) return refused(away);
      const entry = await entryAt(deps, tenantId, at);
      if (!entry) return refused(noEntry);
      const isSeen = await seenAmong(deps.database, sightOf(viewer), [entry]);
      if (!isSeen(entry)) return refused(noEntry);
      const lines = await gathered(exportEntry(deps, tenantId, entry));
      if (lines.length < 4) return refused(notSealed);
      return accepted({ fileName: `countersign-entry-${entry.seq}.jsonl`, text: lines.join('') });
    },
  }),
  ...createCopies(deps),
  ...createErasure(deps),
});

/** For files: what they hold is as long as it is. */
const createCopies = (deps: ProofDependencies) => ({
  exportRecord: defineQuery({
    name: 'exportRecord',
    description:
      'The sealed record of your tenant as JSON Lines, whatever its length. That it was taken is on record.',
    input: z.strictObject({}),
    right: 'OPERATE',
    async view({ viewer }): Promise<Outcome<CopyStream>> {
      if (sightOf(viewer).only) return refused(notAll);
      const { id: actorId, tenantId } = viewer;
      const away = await isAway(deps, tenantId, 0n);
      if (away) return refused(away);
      await noteExport(deps.journal, deps.clock.now(), { tenantId, actorId, taskId: null, through: 'API' });
      await sealAll(deps);
      const lines = exportRecord({ ...deps, database: deps.database.history }, tenantId);
      return accepted({ fileName: 'countersign-record.jsonl', lines });
    },
  }),
  exportEvidence: defineQuery({
    name: 'exportEvidence',
    description: 'As auditProof, whatever its length.',
    input: z.strictObject({ taskId: id.describe('Its UUID.') }),
    view: ({ viewer }, { taskId }) => evidenceOf(deps, viewer, taskId),
  }),
});

const createErasure = (deps: ProofDependencies) => ({
  eraseAuditEntries: defineCommand({
    name: 'eraseAuditEntries',
    description:
      'Takes out what entries of the record said, of a task (a thousand at once) or one of them: summary and data. Who, when and of what kind stays, and so does every proof; the erasure is on record with its reason. Asks for an administrator who is a person.',
    input: eraseInput,
    right: 'ADMINISTER',
    async run({ viewer }, { taskId, seq, reason }): Promise<Outcome<Erasure>> {
      if (viewer.type !== 'HUMAN') return refused(peopleOnly);
      if (taskId !== undefined) return eraseAnywhere(deps, viewer, { taskId, reason });
      const place = await placeOf(deps, seq ?? '');
      return place.ok ? eraseAnywhere(deps, viewer, { seq: place.value, reason }) : place;
    },
  }),
});

/** In the log, and then in the files of the archive. */
const eraseAnywhere = async (
  deps: ProofDependencies,
  viewer: Principal,
  erased: Erased,
): Promise<Outcome<Erasure>> => {
  const inLog = await eraseEntries(deps, viewer, erased);
  if (inLog.ok || inLog.refusal.code !== 'RESOURCE_NOT_FOUND') return inLog;
  try {
    return await eraseArchived(deps, viewer, erased);
  } catch (error) {
    if (!(error instanceof KeyElsewhere || error instanceof ArchiveElsewhere)) throw error;
    return refused(refusal('DEPENDENCY_FAILED', error.message));
  }
};

export type ProofOperations = ReturnType<typeof createProofOperations>;

const sealState = async (
  { database, key, watch }: ProofDependencies,
  tenantId: string,
): Promise<SealState> => {
  const [[seal], lagMs, trouble] = await Promise.all([
    lastSeals(database, [tenantId]),
    watch.lagMs(),
    watch.trouble(),
  ]);
  return {
    size: Number(seal?.size ?? 0n),
    sealedTo: seal ? String(seal.toSeq) : null,
    root: seal?.root ?? null,
    sealedAt: seal?.at ?? null,
    keyId: seal?.keyId ?? key.keyId,
    publicKey: key.publicKeys,
    lagMs: Math.round(lagMs),
    trouble,
  };
};

const evidenceOf = async (
  deps: ProofDependencies,
  viewer: Principal,
  taskId: string,
): Promise<Outcome<CopyStream>> => {
  const { id: actorId, tenantId } = viewer;
  const [task] = await deps.findTasks(viewer, [taskId]);
  if (!task) return refused(noTask);
  const away = await isAway(deps, tenantId, await archivedBefore(deps.database, tenantId, taskId));
  if (away) return refused(away);
  await noteExport(deps.journal, deps.clock.now(), { tenantId, actorId, taskId, through: 'API' });
  await sealAll(deps);
  const lines = exportEvidence(deps, tenantId, taskId);
  return accepted({ fileName: `countersign-evidence-${taskId}.jsonl`, lines });
};

const bundleOf = async ({ fileName, lines }: CopyStream): Promise<Outcome<EvidenceBundle>> => {
  const found: string[] = [];
  let length = 0;
  for await (const line of lines) {
    length += line.length;
    if (length > largestBundle) return refused(tooLarge);
    found.push(line);
  }
  return accepted({ fileName, text: found.join('') });
};

const gathered = async (lines: AsyncIterable<string>): Promise<string[]> => {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
};
