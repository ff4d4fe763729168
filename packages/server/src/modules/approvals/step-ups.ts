import type { ApprovalRequest } from '../../domain/approval-request.ts';
import type { Refusal } from '../../domain/errors.ts';
import { badAnswer, stepUpFault, type StepUpProof } from '../../domain/step-up.ts';
import type { Transaction } from '../../infra/database.ts';
import type { PasskeyStore } from '../../record/passkey-store.ts';

interface Approver {
  readonly reviewer: { readonly id: string };
  readonly stepUp?: StepUpProof | null;
}

/** Who of those who decide has a passkey, and which answers this transaction has used up. */
export interface SteppedUp {
  readonly owners: ReadonlySet<string>;
  readonly consumed: ReadonlySet<string>;
}

/** Asked only where a request asks: most decisions need no passkey. */
export const stepUps = async (
  passkeys: Pick<PasskeyStore, 'ownersAmong' | 'consume'>,
  tx: Transaction,
  requests: readonly Pick<ApprovalRequest, 'stepUp'>[],
  commands: readonly Approver[],
): Promise<SteppedUp> => {
  const isAsked = requests.some(({ stepUp }) => stepUp !== 'OFF');
  const people = [...new Set(commands.map(({ reviewer }) => reviewer.id))];
  const owners = isAsked ? await passkeys.ownersAmong(tx, people) : new Set<string>();
  const consumed = new Set<string>();
  const proofs = new Map(commands.flatMap(({ stepUp }) => (stepUp ? [[stepUp.challengeId, stepUp]] : [])));
  // In one order, whatever the batch: two transactions never wait for each other.
  for (const proof of [...proofs.values()].toSorted((a, b) => (a.passkeyId < b.passkeyId ? -1 : 1)))
    if (await passkeys.consume(tx, proof)) consumed.add(proof.challengeId);
  return { owners, consumed };
};

/** Why this approval lacks its author's passkey; null where it does not. */
export const stepUpLack = (
  { owners, consumed }: SteppedUp,
  { stepUp: terms }: Pick<ApprovalRequest, 'stepUp'>,
  { reviewer, stepUp }: Approver,
): Refusal | null => {
  const isProven = stepUp ? consumed.has(stepUp.challengeId) : false;
  if (stepUp && !isProven) return badAnswer;
  return stepUpFault(terms, owners.has(reviewer.id), isProven, 'approval');
};
