import type { ReleaseStage, StepUpTerms, StopScopeKind } from '@countersign/shared';
import { askEndsAt } from '../../domain/ask.ts';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { voteOf } from '../../domain/hands.ts';
import {
  askRelease,
  releaseAskHoldsMs,
  wordsOfScope,
  type KillSwitch,
  type ReleaseAsk,
} from '../../domain/kill-switch.ts';
import { reasonFault } from '../../domain/note.ts';
import type { Caller } from '../../domain/principal.ts';
import type { StepUpProof } from '../../domain/step-up.ts';
import type { PasskeyStore } from '../../record/passkey-store.ts';
import { unproven } from '../step-up.ts';
import { entitledVotes } from '../entitled-votes.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import type { HeldStepStore } from '../../record/held-steps.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { KillSwitchStore } from '../../record/kill-switch-store.ts';
import { machine, mayStopAll, namesOf, noStopOfAll, recordForAll } from './engage.ts';

export interface ReleaseDependencies extends MachineReleaseDependencies {
  readonly passkeys: Pick<PasskeyStore, 'ownersAmong' | 'consume'>;
  /** Whether a person's word asks for their passkey. */
  readonly stepUpFor: (tenantId: string) => StepUpTerms;
  readonly findPrincipal: FindPrincipal;
}

export interface MachineReleaseDependencies {
  readonly store: KillSwitchStore;
  readonly heldSteps: HeldStepStore;
  readonly journal: Pick<Journal, 'transaction'>;
  /** How many people release a stop of a scope, of a tenant. */
  readonly requiredFor: (kind: StopScopeKind, tenantId: string) => number;
}

export interface ReleaseOrder {
  readonly id: string;
  readonly stage: ReleaseStage;
  readonly reason: string;
  readonly stepUp?: StepUpProof | null;
}

/** By then every process knows; whoever came sooner would be held once more. */
const knownAfterMs = 1_000;

const unknownSwitch = refusal('RESOURCE_NOT_FOUND', 'There is no such kill switch.');

/** Lets what was stopped go on, as far as the stage says. A person's word; where two are needed, the first one waits. */
export const releaseBy = async (
  deps: ReleaseDependencies,
  viewer: Caller,
  { id, stage, reason, stepUp = null }: ReleaseOrder,
): Promise<Outcome<KillSwitch>> => {
  const fault = reasonFault(reason);
  if (fault) return refused(invalidInput([fault]));
  if (viewer.type !== 'HUMAN')
    return refused(refusal('NOT_ELIGIBLE', 'A program can stop work, and only people release it.'));
  const isOfAll = mayStopAll(viewer, await deps.store.findOwnTenant());
  return deps.journal.transaction(async (tx) => {
    const before = await deps.store.lock(tx, id);
    const isSeen = before && (before.tenantId === viewer.tenantId || before.kind === 'GLOBAL');
    if (!isSeen) return refused(unknownSwitch);
    if (before.kind === 'GLOBAL' && !isOfAll) return refused(noStopOfAll);
    const terms = before.isDrill ? 'OFF' : deps.stepUpFor(before.tenantId);
    const lacking = await unproven(deps.passkeys, tx, terms, { viewer, stepUp, deed: 'release' });
    if (lacking) return refused(lacking);
    const now = await deps.store.now(tx);
    const ask = { ...voteOf(viewer), by: viewer.name, stage, reason, at: now.toISOString() };
    const asks = await entitledVotes(deps.findPrincipal, before.asks, 'STOP');
    return applyAsk(
      deps,
      tx,
      { ...before, asks },
      ask,
      before.isDrill ? 1 : deps.requiredFor(before.kind, before.tenantId),
      now,
    );
  });
};

/** By the operator of the machine, alone: whoever can write to the database needs no second person. */
export const releaseByMachine = (
  deps: MachineReleaseDependencies,
  { id, stage, reason }: ReleaseOrder,
): Promise<Outcome<KillSwitch>> =>
  deps.journal.transaction(async (tx) => {
    const before = await deps.store.lock(tx, id);
    if (!before) return refused(unknownSwitch);
    const now = await deps.store.now(tx);
    const nobody = { reviewerId: '', handIds: [], makerIds: [] };
    return applyAsk(
      deps,
      tx,
      before,
      { ...nobody, by: machine, stage, reason, at: now.toISOString() },
      1,
      now,
    );
  });

const applyAsk = async (
  { store, heldSteps }: MachineReleaseDependencies,
  tx: JournalTransaction,
  before: KillSwitch,
  ask: ReleaseAsk,
  required: number,
  now: Date,
): Promise<Outcome<KillSwitch>> => {
  const asked = askRelease(before, ask, required, now);
  if (!asked.ok) return asked;
  const after = asked.value;
  store.update(tx, after);
  const isOn = after.stage !== before.stage;
  if (isOn) {
    await heldSteps.releaseStopped(tx, before.kind === 'GLOBAL' ? null : before.tenantId, knownAfterMs);
    tx.wake('outbox');
  }
  const scope = wordsOfScope(before);
  const endsAt = askEndsAt(ask, releaseAskHoldsMs).toISOString();
  const deeds = {
    asked: `asks to release ${scope} to ${ask.stage} (${after.asks.length} of ${required}, counts until ${endsAt}): ${ask.reason}`,
    staged: `released ${scope} to ${ask.stage}: ${ask.reason}`,
    released: `released ${scope}: ${ask.reason}`,
  };
  const kind = isOn ? (after.stage === 'ALL' ? 'released' : 'staged') : 'asked';
  const event = {
    tenantId: before.tenantId,
    at: now,
    taskId: null,
    actorId: ask.reviewerId === '' ? null : ask.reviewerId,
    summary: `${ask.by} ${deeds[kind]}`,
    data: { ...namesOf(before), stage: ask.stage, reason: ask.reason },
  };
  if (kind === 'asked')
    tx.record({
      ...event,
      type: 'kill_switch.release_asked',
      data: { ...event.data, given: after.asks.length, required, endsAt },
    });
  else await recordForAll(store, tx, before, { ...event, type: `kill_switch.${kind}` }, deeds[kind]);
  return accepted(after);
};
