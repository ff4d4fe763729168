import { isGateRefusal } from '../../infra/database-errors.ts';
import type { Claim } from './claim.ts';
import { claimSteps, isClaimable, type ClaimDependencies, type ClaimRequest } from './claim-steps.ts';
import { applyResult, loadContexts, saveContexts, stepsInDoubt } from './run-context.ts';
import { loadUndoPlans } from './undo-plan.ts';

export interface GatedClaimDependencies extends ClaimDependencies {
  /** What this process knows of kill switches is old. */
  readonly forgetStops: () => void;
}

/**
 * Claims steps. Where the gate in the database refuses what admission let through, the step is stopped
 * with the gate's reason, so that it neither runs nor comes back again and again.
 */
export const claimThroughGate = async (
  deps: GatedClaimDependencies,
  requests: readonly ClaimRequest[],
): Promise<(Claim | null)[]> => {
  try {
    return await claimSteps(deps, requests);
  } catch (error) {
    if (isGateRefusal(error, 'STOP')) return claimKnowing(deps, requests);
    const [request] = requests;
    // Of several, nobody knows whose it was: each is tried alone.
    if (!request || requests.length > 1 || !isGateRefusal(error, 'EFFECT')) throw error;
    return claimOrStop(deps, request);
  }
};

/** A kill switch was engaged since this process last looked: looked at again, it holds what it covers. */
const claimKnowing = (
  deps: GatedClaimDependencies,
  requests: readonly ClaimRequest[],
): Promise<(Claim | null)[]> => {
  deps.forgetStops();
  return claimSteps(deps, requests);
};

/** An approval may have expired between admission and gate: asked again, admission has the better answer. */
const claimOrStop = async (deps: ClaimDependencies, request: ClaimRequest): Promise<(Claim | null)[]> => {
  try {
    return await claimSteps(deps, [request]);
  } catch (error) {
    if (!isGateRefusal(error, 'EFFECT')) throw error;
    await stopStep(deps, request.stepId, error.message);
    return [null];
  }
};

const stopStep = (deps: ClaimDependencies, stepId: string, message: string): Promise<void> =>
  deps.journal.transaction(async (tx) => {
    const contexts = await loadContexts(deps, tx, [stepId]);
    const context = contexts.get(stepId);
    if (!context || !isClaimable(context, stepId)) return;
    await loadUndoPlans(deps, tx, [context]);
    applyResult(tx, context, stepId, {
      kind: 'REFUSED',
      failure: { code: 'POLICY_DENIED', message: `The database stopped it: ${message}` },
      end: 'DENIED',
      isEffectUnknown: stepsInDoubt(context).has(stepId),
    });
    saveContexts(deps, tx, [context]);
  });
