import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { readsOf } from './drive-api.ts';
import { fileIdParam, findAnyFile, leftOf, openFile, type DriveSetup } from './placed-file.ts';

const input = z.strictObject({ fileId: fileIdParam }).meta({ examples: [{ fileId: 'file-week-47' }] });
export type TrashInput = z.infer<typeof input>;
export type TrashOutput = { readonly id: string; readonly trashed: boolean };

const traits: ActionTraits = {
  name: 'drive.file.trash',
  version: 1,
  platform: 'drive',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

/** No revision where an earlier step is still to write it, or where the file is a document of Google's own. */
const foundSchema = z.object({ revisionId: z.string().nullable(), md5: z.string().nullable().default(null) });

/** What goes is what was to go; which revision that is, is known only once an earlier step has written it. */
const holdsTheSame = (foreseen: Json, found: Json): boolean => {
  const [one, other] = [foundSchema.parse(foreseen), foundSchema.parse(found)];
  return one.md5 === other.md5 && (one.revisionId ?? other.revisionId) === other.revisionId;
};

/** Moves a file to the trash, from where it comes back as it was. */
export const createFileTrash = (setup: DriveSetup): ActionExecutor<TrashInput, TrashOutput> => {
  const { settings, drive, settleMs } = setup;
  const look = async (
    { fileId }: TrashInput,
    context: ApplyContext,
  ): Promise<Reconciliation<TrashOutput>> => {
    const { id, trashed } = await openFile(setup, fileId, context);
    return trashed ? { kind: 'FOUND', output: { id, trashed } } : { kind: 'ABSENT' };
  };
  const reconcile = settled(look, settleMs);
  return {
    traits,
    description: 'Moves a file in a folder of Google Drive that configuration names to the trash.',
    input,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    isAsForeseen: holdsTheSame,
    plan: async ({ fileId }, context) => {
      const placed = await findAnyFile(setup, fileId, context);
      if (!placed.ok) return placed;
      const { file, where, target } = placed.value;
      if (file.trashed)
        return refused(refusalAt('fileId', 'NOTHING_TO_CHANGE', `${where} is in the trash already.`));
      return accepted({
        summary: `Move ${where} to the trash`,
        targets: [target],
        precondition: { revisionId: file.headRevisionId ?? null, md5: file.md5Checksum ?? null },
        leaves: leftOf(file, { trashed: true }),
        diffs: [{ type: 'FIELD', path: '/trashed', before: false, after: true, isDestructive: true }],
        findings: [{ severity: 'MEDIUM', message: 'Drive empties its trash after 30 days.' }],
      });
    },
    watch: async ({ fileId }, context) => {
      const { trashed, headRevisionId = null } = await openFile(setup, fileId, context);
      return !trashed && headRevisionId === foundSchema.parse(context.precondition).revisionId;
    },
    apply: makeOnce(reconcile, async ({ fileId }, context) => {
      const { revisionId } = foundSchema.parse(context.precondition);
      const file = await openFile(setup, fileId, context);
      if ((file.headRevisionId ?? null) !== revisionId || file.trashed)
        throw moved('The file was changed since the plan was made.');
      await drive.trash(file.id, true, context);
      return { id: file.id, trashed: true };
    }),
    verify: async (_given, { id }, context) => {
      const file = await drive.file(id, context);
      if (file?.trashed === false) throw notHeld('The file is not in the trash.');
    },
    compensate: async (_given, { id }, context) => {
      const file = await openFile(setup, id, context);
      if (file.trashed) await drive.trash(id, false, context);
      return { id, trashed: false };
    },
    reconcile,
  };
};
