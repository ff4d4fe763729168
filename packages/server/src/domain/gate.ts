import { decisiveMessage, isUndecided, type Decision } from './decision.ts';
import { longestHold, type Hold } from './hold.ts';

export interface GateFacts {
  readonly now: Date;
  /** What rules and kill switch say now. */
  readonly decision: Decision;
  /** People's word: NONE was asked for so far, or it covers exactly this, or it is MISSING. */
  readonly approval: 'NONE' | 'GIVEN' | 'MISSING';
  /** What an operator said of the platform; left out where none is about to be called. */
  readonly control?: Hold | null;
}

export type GateAnswer =
  | { readonly kind: 'ALLOW' }
  /** People must say yes first. */
  | { readonly kind: 'ASK' }
  /** Not now: whatever waits asks again, and has lost nothing. */
  | { readonly kind: 'HOLD'; readonly hold: Hold }
  | { readonly kind: 'DENY'; readonly reason: string };

/**
 * The one question that a submission, a claim and a call to a platform all ask: may it go on? A no outranks
 * people's missing word, which outranks a hold: what is held can be asked about meanwhile. That the policy
 * engine gives no verdict is a hold until it does.
 */
export const gate = ({ now, decision, approval, control }: GateFacts): GateAnswer => {
  const isUnknown = isUndecided(decision);
  if (decision.outcome === 'DENY' && !isUnknown) return { kind: 'DENY', reason: decisiveMessage(decision) };
  const isAsked = approval === 'MISSING' || decision.outcome === 'REQUIRE_APPROVAL';
  if (isAsked && approval !== 'GIVEN') return { kind: 'ASK' };
  const holds = [
    ...(isUnknown ? [unanswered(decision)] : []),
    ...(decision.holds ?? []),
    ...(control ? [control] : []),
  ];
  const hold = longestHold(holds, now);
  return hold ? { kind: 'HOLD', hold } : { kind: 'ALLOW' };
};

const unanswered = (decision: Decision): Hold => {
  const [reason] = decision.reasons.filter(({ outcome }) => outcome === 'DENY');
  return { rule: reason?.rule ?? '', reason: decisiveMessage(decision), until: null };
};
