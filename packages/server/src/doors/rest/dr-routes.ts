import { addAbortListener } from 'node:events';
import { backupStates, restoreStates } from '@countersign/shared';
import { z } from 'zod';
import type { BackupRun } from '../../domain/backup-run.ts';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { askEndsAt, type RestoreRun } from '../../domain/restore-run.ts';
import { endable } from '../../infra/endable.ts';
import { moment } from '../shared/task-json.ts';
import { tooManyWait } from '../shared/waiting.ts';
import { follow, followBackup, longestMinutes } from './follow-backup.ts';
import { operationRoute } from './operation-route.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestCall, RestRoute } from './rest-route.ts';
import { withTicks } from './ticks.ts';

/** What a backup and a restore tell alike: how far each has come, and what came of it. */
const progressShape = {
  progress: z.int().min(0).max(100).describe('Of a hundred.'),
  rows: z.number().nullable().describe('Of all tables.'),
  error: z.string().nullable().describe('Why it failed.'),
};

const progressJson = ({ state, progress, location, rows, error }: BackupRun | RestoreRun) => ({
  progress,
  verified: state === 'COMPLETE',
  location,
  rows: rows === null ? null : Number(rows),
  error,
});

const backupSchema = z
  .strictObject({
    snapshotId: z.string().describe('UUID of the backup.'),
    sha256: z
      .string()
      .nullable()
      .describe(
        'In hex, of its manifest, which names the SHA-256 of every file; null before it is COMPLETE.',
      ),
    location: z.string().nullable().describe('Where it is; null before a worker has begun it.'),
    state: z.enum(backupStates).describe('How far it has come.'),
    verified: z.boolean().describe('Whether every byte was read back and is what was signed.'),
    taken_at: moment.nullable().describe('The moment of which it holds everything.'),
    bytes: z.number().nullable().describe('Of all its files together.'),
    ...progressShape,
  })
  .meta({ id: 'BackupStatus', description: 'A backup that the installation takes, or took.' });

const backupJson = (run: BackupRun): z.output<typeof backupSchema> => ({
  snapshotId: run.id,
  sha256: run.sha256,
  state: run.state,
  taken_at: run.takenAt?.toISOString() ?? null,
  bytes: run.bytes === null ? null : Number(run.bytes),
  ...progressJson(run),
});

const restoreSchema = z
  .strictObject({
    jobId: z.string().describe('UUID of the restore.'),
    snapshotId: z.string().describe('UUID of the backup.'),
    sha256: z.string().describe('In hex, of the manifest of the backup that was asked for.'),
    location: z.string().nullable().describe('The quarantined home; null before it is complete.'),
    state: z.enum(restoreStates).describe('How far it has come.'),
    verified: z
      .boolean()
      .describe('Whether it was restored, checked and tried, and waits to be switched to.'),
    reason: z.string().describe('Why, in the words of who asked for it.'),
    asked_by: z.string().describe('Who asked for it, by their UUID.'),
    asked_at: moment.describe('When they did.'),
    approve_by: moment.describe('Until when a second person may approve it.'),
    approved_by: z.string().nullable().describe('Who approved it, by their UUID; null before that.'),
    notes: z.array(z.string()).describe('What people should know of what was restored.'),
    ...progressShape,
  })
  .meta({ id: 'RestoreStatus', description: 'A backup that is restored into quarantine, beside what runs.' });

const restoreJson = (run: RestoreRun): z.output<typeof restoreSchema> => ({
  jobId: run.id,
  snapshotId: run.backupId,
  sha256: run.sha256,
  state: run.state,
  reason: run.reason,
  asked_by: run.asked.reviewerId,
  asked_at: run.at.toISOString(),
  approve_by: askEndsAt(run).toISOString(),
  approved_by: run.approvedById,
  notes: [...run.notes],
  ...progressJson(run),
});

const restoresSchema = z
  .strictObject({ restores: z.array(restoreSchema).describe('The newest first, 20 at most.') })
  .meta({ id: 'RestoreList', description: 'The restores that people asked for.' });

/** What an id is of: a backup, or a restore. */
const statusSchema = z.union([backupSchema, restoreSchema]);
const tell = (run: BackupRun | RestoreRun): z.output<typeof statusSchema> =>
  'backupId' in run ? restoreJson(run) : backupJson(run);

const noneSuch = refused(refusal('RESOURCE_NOT_FOUND', 'There is no such backup or restore.'));

const lookFor = async (
  { operations: { backup, restore } }: RestDeps,
  call: RestCall,
  input: unknown,
): Promise<Outcome<BackupRun | RestoreRun | null>> => {
  const found = await backup.execute(call, input);
  return found.ok && found.value === null ? restore.execute(call, input) : found;
};

/** Most installations are written within it, so that most answers have the sum. */
const answeredWithinMs = 10_000;

/** Ways between end a connection that is silent for a minute. */
const heartbeatMs = 15_000;

/** Backups and restores, by the addresses of disaster recovery. */
export const drRoutes = (deps: RestDeps): readonly RestRoute[] => [
  backupRoute(deps),
  ...restoreRoutes(deps),
  statusRoute(deps),
  progressRoute(deps),
];

const backupRoute = ({ operations, waiting }: RestDeps): RestRoute => ({
  ...operationRoute(
    operations.takeBackup,
    { method: 'POST', path: '/dr/backup' },
    {
      status: 202,
      description: 'The backup: complete where it was within ten seconds, under way otherwise.',
      schema: backupSchema,
      async tell(run, call) {
        using place = waiting.enter(call.viewer);
        let last = run;
        // Without a place it is told as it is.
        if (place)
          for await (const each of followBackup(operations, call, run.id, answeredWithinMs)) last = each;
        return backupJson(last);
      },
    },
  ),
  isBodyOptional: true,
});

const restoreRoutes = ({ operations }: RestDeps): readonly RestRoute[] => {
  const answer = { schema: restoreSchema, tell: restoreJson };
  return [
    operationRoute(
      operations.restores,
      { method: 'GET', path: '/dr/restore' },
      {
        status: 200,
        description: 'Those that there are, and were.',
        schema: restoresSchema,
        tell: (runs) => ({ restores: runs.map(restoreJson) }),
      },
    ),
    operationRoute(
      operations.askRestore,
      { method: 'POST', path: '/dr/restore' },
      { ...answer, status: 202, description: 'The restore, which waits for a second person.' },
    ),
    {
      ...operationRoute(
        operations.approveRestore,
        { method: 'POST', path: '/dr/restore/{id}/approve' },
        { ...answer, status: 202, description: 'The restore, which begins.' },
      ),
      isBodyOptional: true,
    },
    operationRoute(
      operations.discardRestore,
      { method: 'POST', path: '/dr/restore/{id}/discard' },
      { ...answer, status: 200, description: 'The restore, of which nothing stays.' },
    ),
  ];
};

const statusRoute = (deps: RestDeps): RestRoute => {
  const { backup } = deps.operations;
  return {
    method: 'GET',
    path: '/dr/status/{id}',
    id: 'backupStatus',
    description: 'How far a backup or a restore has come.',
    parameters: [{ in: 'path', name: 'id', schema: backup.input.shape.id }],
    answers: { 200: { description: 'How far it has come.', schema: statusSchema } },
    faultsOf: backup.faultsOf,
    async answer(call, input) {
      const found = await lookFor(deps, call, input);
      if (!found.ok) return found;
      return found.value ? accepted({ status: 200, body: tell(found.value) }) : noneSuch;
    },
  };
};

const progressRoute = (deps: RestDeps): RestRoute => ({
  method: 'GET',
  path: '/dr/status/{id}/events',
  id: 'backupProgress',
  description: `How a backup or a restore comes further, as server-sent events: each is named after its state, with a BackupStatus or a RestoreStatus as data. Ends after COMPLETE, FAILED or DISCARDED, or after ${longestMinutes} minutes: whoever still waits asks again, and is told how far it is.`,
  parameters: [{ in: 'path', name: 'id', schema: deps.operations.backup.input.shape.id }],
  answers: {
    200: { description: 'The events.', schema: z.string(), contentType: 'text/event-stream' },
  },
  faultsOf: deps.operations.backup.faultsOf,
  async answer(call, input) {
    const found = await lookFor(deps, call, input);
    if (!found.ok) return found;
    if (!found.value) return noneSuch;
    const place = deps.waiting.enter(call.viewer);
    if (!place) return refused(tooManyWait);
    addAbortListener(call.signal, () => place[Symbol.dispose]());
    const { backup, restore } = deps.operations;
    const look =
      'backupId' in found.value
        ? () => restore.execute(call, input)
        : (): Promise<Outcome<BackupRun | RestoreRun | null>> => backup.execute(call, input);
    return accepted({
      status: 200,
      stream: endable(async function* () {
        for await (const run of withTicks(follow(look, call), () => heartbeatMs))
          if (run === null) yield ': nothing new\n\n';
          else yield `event: ${run.state}\ndata: ${JSON.stringify(tell(run))}\n\n`;
      }),
    });
  },
});
