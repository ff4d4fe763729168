import { sourceKinds } from '@countersign/shared';
import { z } from 'zod';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { reasonFault } from '../../domain/note.ts';
import type { Principal } from '../../domain/principal.ts';
import { quarantines, type Quarantine } from '../../domain/source.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { mostQuarantines, type QuarantineStore } from '../../record/quarantine-store.ts';
import { id, optional, text } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import type { KnownQuarantines } from './known-quarantines.ts';

export interface SourceCommandDependencies {
  readonly store: QuarantineStore;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly known: Pick<KnownQuarantines, 'forget'>;
  readonly newId: NewId;
}

const quarantineInput = z
  .strictObject({
    kind: optional(z.enum(sourceKinds)).describe('Of which kind; left out, any.'),
    reference: text(500).describe(
      'Which: as submissions name it, or a pattern in which * is any text and ? one character. Capitals do not matter.',
    ),
    reason: z.string().describe('Why, for everybody to see.'),
  })
  .meta({ id: 'QuarantineSourceInput', description: 'A source to keep from doing harm, and why.' });

const releaseInput = z
  .strictObject({
    id: id.describe("The quarantine's UUID."),
    reason: z.string().describe('Why, for the record.'),
  })
  .meta({ id: 'ReleaseSourceInput', description: 'A source to let go on, and why.' });

export const createSourceCommands = (deps: SourceCommandDependencies) => ({
  quarantineSource: defineCommand({
    name: 'quarantineSource',
    description:
      'Keeps everything that rests on a source from going on: what waits is held, nobody approves it, and no submission that names it is taken in. What is in flight finishes. Every process knows within a second.',
    input: quarantineInput,
    right: 'STOP',
    run: ({ viewer }, input) => quarantine(deps, viewer, input),
  }),
  releaseSource: defineCommand({
    name: 'releaseSource',
    description: 'Lets what rests on a quarantined source go on, from where it stood.',
    input: releaseInput,
    right: 'STOP',
    run: ({ viewer }, input) => release(deps, viewer, input),
  }),
});

export type SourceCommands = ReturnType<typeof createSourceCommands>;

const peopleOnly = refusal(
  'AUTHORIZATION_FAILED',
  'A person quarantines a source, and a person releases it.',
);

const faultOf = (viewer: Principal, words: Readonly<Record<string, string>>): Refusal | null => {
  if (viewer.type !== 'HUMAN') return peopleOnly;
  const faults = Object.entries(words).flatMap(([path, said]) => reasonFault(said, path) ?? []);
  return faults.length > 0 ? invalidInput(faults) : null;
};

/** By then every process knows; whoever came sooner would be held once more. */
const knownAfterMs = 1_000;

const quarantine = async (
  { store, journal, known, newId }: SourceCommandDependencies,
  viewer: Principal,
  {
    kind = null,
    reference,
    reason,
  }: { kind?: Quarantine['kind'] | undefined; reference: string; reason: string },
): Promise<Outcome<Quarantine>> => {
  const fault = faultOf(viewer, { reference, reason });
  if (fault) return refused(fault);
  const kept = await journal.transaction(async (tx): Promise<Outcome<Quarantine>> => {
    if ((await store.countStanding(tx, viewer.tenantId)) >= mostQuarantines)
      return refused(
        refusal(
          'NOT_IN_THIS_STATE',
          `${mostQuarantines} sources are quarantined: release some, or use a pattern.`,
        ),
      );
    const made: Quarantine = {
      id: newId(),
      tenantId: viewer.tenantId,
      kind,
      reference: reference.trim(),
      reason,
      byId: viewer.id,
      at: await store.now(tx),
      releasedAt: null,
      releasedById: null,
      releaseReason: null,
    };
    store.insert(tx, made);
    const isOfIt = quarantines(made);
    const held = (await store.findWaiting(tx, viewer.tenantId)).filter(({ sources }) =>
      sources.some(isOfIt),
    ).length;
    record(
      tx,
      viewer,
      made,
      'source.quarantined',
      `${viewer.name} quarantined ${wordsOf(made)}, with ${held} tasks that wait: ${reason}`,
      reason,
    );
    return accepted(made);
  });
  known.forget();
  return kept;
};

const release = async (
  { store, journal, known }: SourceCommandDependencies,
  viewer: Principal,
  { id: quarantineId, reason }: { id: string; reason: string },
): Promise<Outcome<Quarantine>> => {
  const fault = faultOf(viewer, { reason });
  if (fault) return refused(fault);
  const released = await journal.transaction(async (tx): Promise<Outcome<Quarantine>> => {
    const found = await store.lock(tx, viewer.tenantId, quarantineId);
    if (!found) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such quarantine.'));
    if (found.releasedAt) return refused(refusal('NOT_IN_THIS_STATE', 'It was released already.'));
    const after: Quarantine = {
      ...found,
      releasedAt: await store.now(tx),
      releasedById: viewer.id,
      releaseReason: reason,
    };
    store.update(tx, after);
    await store.release(tx, viewer.tenantId, knownAfterMs);
    tx.wake('outbox');
    record(
      tx,
      viewer,
      after,
      'source.released',
      `${viewer.name} released ${wordsOf(after)}: ${reason}`,
      reason,
    );
    return accepted(after);
  });
  known.forget();
  return released;
};

const wordsOf = ({ kind, reference }: Quarantine): string =>
  `${kind === null ? 'source' : kind.toLowerCase()} ${reference}`;

const record = (
  tx: JournalTransaction,
  viewer: Principal,
  { id: quarantineId, kind, reference, at, releasedAt }: Quarantine,
  type: 'source.quarantined' | 'source.released',
  summary: string,
  reason: string,
): void => {
  tx.record({
    tenantId: viewer.tenantId,
    type,
    at: releasedAt ?? at,
    taskId: null,
    actorId: viewer.id,
    summary,
    data: { quarantineId, kind, reference, reason },
  });
};
