import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { readsOf } from './drive-api.ts';
import {
  base64Fault,
  bytesOf,
  contentFindings,
  contentParams,
  isBase64,
  md5Of,
  shownBytes,
  shownContent,
} from './file-content.ts';
import { fileIdParam, findFile, leftOf, openFile, type DriveSetup } from './placed-file.ts';

const input = z
  .strictObject({ fileId: fileIdParam, ...contentParams })
  .refine(isBase64, base64Fault)
  .meta({ examples: [{ fileId: 'file-week-47', content: 'Deploys: 12\nRollbacks: 1\n' }] });
export type UpdateInput = z.infer<typeof input>;
export type UpdateOutput = {
  readonly id: string;
  readonly md5: string;
  /** As long as the file has it, nobody has changed what it holds since. */
  readonly revisionId: string;
};

const traits: ActionTraits = {
  name: 'drive.file.update',
  version: 1,
  platform: 'drive',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 60_000, network: 'INTERNET' },
};

/** No revision where an earlier step is still to write it: then what it holds has to be as foreseen. */
const foundSchema = z.object({ md5: z.string(), revisionId: z.string().nullable() });
const sinceSchema = z.object({ revisionId: z.string() });
/** What stood there before is kept and brought back up to here. */
const mostBytes = 5_242_880;

const planUpdate = async (
  setup: DriveSetup,
  given: UpdateInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const placed = await findFile(setup, given.fileId, context);
  if (!placed.ok) return placed;
  const { file, where, target, written } = placed.value;
  const { md5Checksum: md5, headRevisionId: revisionId = null } = file;
  if (md5 === undefined || (revisionId === null && written === null)) {
    const message = `${where} is a document of Google's own, which is not written as a file.`;
    return refused(refusalAt('fileId', 'PLATFORM_REJECTED', message));
  }
  if (Number(file.size ?? 0) > mostBytes) {
    const message = `${where} is larger than ${mostBytes} bytes, so it could not be brought back.`;
    return refused(refusalAt('fileId', 'PLATFORM_REJECTED', message));
  }
  if (md5 === md5Of(bytesOf(given))) {
    const message = `Nothing would change: ${where} holds this already.`;
    return refused(refusalAt('content', 'NOTHING_TO_CHANGE', message));
  }
  const before = written ?? (await setup.drive.revision(file.id, revisionId ?? '', context));
  return accepted({
    summary: `Change what ${where} holds`,
    targets: [target],
    precondition: { md5, revisionId },
    leaves: leftOf(file, { written: { content: given.content, encoding: given.encoding } }),
    diffs: [{ type: 'FIELD', path: '/content', before: shownBytes(before), after: shownContent(given) }],
    findings: contentFindings(given),
  });
};

/** Brings back the revision that the plan found: Drive keeps it for thirty days. */
const bringBack = async (
  setup: DriveSetup,
  { id, md5, revisionId }: UpdateOutput,
  context: ApplyContext,
): Promise<Json> => {
  const found = foundSchema.parse(context.precondition);
  const file = await openFile(setup, id, context);
  const undone = (revision = '') => ({ id, md5: found.md5, revisionId: revision });
  // What a later step of the run wrote, and what took that back, is no change by others.
  const ours = sinceSchema.safeParse(context.since).data?.revisionId ?? revisionId;
  if (file.headRevisionId !== ours || file.md5Checksum !== md5) {
    if (file.md5Checksum === found.md5) return undone(file.headRevisionId);
    throw moved('The file was changed since; bringing back what it held would lose that.');
  }
  const before = await setup.drive.revision(id, found.revisionId ?? '', context);
  if (md5Of(before) !== found.md5) throw moved('Drive does not have what the file held any more.');
  const written = await setup.drive.write({ id, mimeType: file.mimeType }, before, context);
  return undone(written.headRevisionId);
};

/** Changes what a file holds. Drive keeps revisions, and the newest one tells our change from everybody else's. */
export const createFileUpdate = (setup: DriveSetup): ActionExecutor<UpdateInput, UpdateOutput> => {
  const { settings, drive, settleMs } = setup;
  const look = async (given: UpdateInput, context: ApplyContext): Promise<Reconciliation<UpdateOutput>> => {
    const { revisionId: before } = foundSchema.parse(context.precondition);
    const { id, md5Checksum, headRevisionId } = await openFile(setup, given.fileId, context);
    if (headRevisionId === before) return { kind: 'ABSENT' };
    const md5 = md5Of(bytesOf(given));
    return md5Checksum === md5 && headRevisionId !== undefined
      ? { kind: 'FOUND', output: { id, md5, revisionId: headRevisionId } }
      : { kind: 'UNKNOWN' };
  };
  const reconcile = settled(look, settleMs);
  const write = async (given: UpdateInput, context: ApplyContext): Promise<UpdateOutput> => {
    const { revisionId } = foundSchema.parse(context.precondition);
    const file = await openFile(setup, given.fileId, context);
    if (file.headRevisionId !== revisionId || file.trashed)
      throw moved('The file was changed since the plan was made.');
    const content = bytesOf(given);
    const written = await drive.write(file, content, context);
    return { id: file.id, md5: md5Of(content), revisionId: written.headRevisionId ?? '' };
  };
  return {
    traits,
    description: 'Changes what a file holds that lies in a folder of Google Drive that configuration names.',
    input,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    isAsForeseen: (foreseen, found) => foundSchema.parse(foreseen).md5 === foundSchema.parse(found).md5,
    plan: (given, context) => planUpdate(setup, given, context),
    watch: async ({ fileId }, context) => {
      const { trashed, headRevisionId } = await openFile(setup, fileId, context);
      return !trashed && headRevisionId === foundSchema.parse(context.precondition).revisionId;
    },
    apply: makeOnce(reconcile, write),
    verify: async (_given, { id, md5 }, context) => {
      const file = await drive.file(id, context);
      if (file?.md5Checksum !== md5) throw notHeld('The file does not hold what it was to.');
    },
    compensate: (_given, output, context) => bringBack(setup, output, context),
    reconcile,
  };
};
