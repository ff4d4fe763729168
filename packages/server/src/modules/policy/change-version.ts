import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { emptyReport } from '../../domain/policy-flips.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { PolicyVersionStore } from '../../record/policy-version-store.ts';
import { versionOf, type PolicyVersion } from './policy-version.ts';
import { noVersion } from './publish-policy.ts';

export interface ChangeDependencies {
  readonly versions: PolicyVersionStore;
  readonly journal: Pick<Journal, 'transaction'>;
}

type Change = (tx: JournalTransaction, version: PolicyVersion, at: Date) => Promise<Outcome<PolicyVersion>>;

const change = (
  { journal, versions }: ChangeDependencies,
  viewer: Principal,
  id: string,
  by: Change,
): Promise<Outcome<PolicyVersion>> =>
  journal.transaction(async (tx) => {
    const at = await versions.lock(tx, viewer.tenantId);
    const found = await versions.find(tx, viewer.tenantId, id);
    if (!found) return refused(noVersion);
    if (found.discardedAt) return refused(refusal('NOT_IN_THIS_STATE', 'This version was discarded.'));
    return by(tx, versionOf(found), at);
  });

const noteOf = ({ id, number, bundleHash }: PolicyVersion) => ({ versionId: id, number, bundleHash });

/** Begins, or ends, to evaluate a version beside what decides; one of a tenant at a time. */
export const shadowPolicy = (
  deps: ChangeDependencies,
  viewer: Principal,
  { versionId, isOn }: { readonly versionId: string; readonly isOn: boolean },
): Promise<Outcome<PolicyVersion>> =>
  change(deps, viewer, versionId, async (tx, version, at) => {
    if ((version.shadowSince !== null) === isOn) return accepted(version);
    if (isOn && !version.report.isPassed)
      return refused(refusal('NOT_IN_THIS_STATE', 'The check of this version found faults.'));
    const active = await deps.versions.findActiveOf(tx, viewer.tenantId);
    if (isOn && active?.versionId === versionId)
      return refused(refusal('NOT_IN_THIS_STATE', 'This is what decides already.'));
    if (isOn)
      for (const other of await deps.versions.findShadowed()) {
        const before =
          other.tenantId === viewer.tenantId && (await deps.versions.find(tx, viewer.tenantId, other.id));
        if (before) deps.versions.update(tx, { ...before, shadowSince: null });
      }
    const after = isOn
      ? { ...version, shadowSince: at, shadow: { ...emptyReport, skipped: 0 } }
      : { ...version, shadowSince: null };
    deps.versions.update(tx, after);
    tx.record({
      tenantId: viewer.tenantId,
      type: 'policy.shadowed',
      at,
      taskId: null,
      actorId: viewer.id,
      summary: isOn
        ? `${viewer.name} evaluates policy version ${version.number} beside what decides`
        : `${viewer.name} ended the shadow of policy version ${version.number}`,
      data: { ...noteOf(version), isOn },
    });
    return accepted(after);
  });

/** It stays on record, and nobody publishes it any more. */
export const discardPolicy = (
  deps: ChangeDependencies,
  viewer: Principal,
  versionId: string,
): Promise<Outcome<PolicyVersion>> =>
  change(deps, viewer, versionId, async (tx, version, at) => {
    const active = await deps.versions.findActiveOf(tx, viewer.tenantId);
    if (active?.versionId === versionId)
      return refused(refusal('NOT_IN_THIS_STATE', 'It decides now: publish another one, or roll back.'));
    const after = { ...version, discardedAt: at, shadowSince: null };
    deps.versions.update(tx, after);
    tx.record({
      tenantId: viewer.tenantId,
      type: 'policy.discarded',
      at,
      taskId: null,
      actorId: viewer.id,
      summary: `${viewer.name} discarded policy version ${version.number}`,
      data: noteOf(version),
    });
    return accepted(after);
  });
