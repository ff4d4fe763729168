import type { Environment, Risk } from '@countersign/shared';
import type { PlanDiff, PlanStep } from '../../graphql/plan-fragments.ts';

export interface LinkedStep {
  readonly name: string;
  readonly summary: string;
  readonly category: PlanStep['category'];
  readonly canBeUndone: boolean;
  readonly reversible: boolean;
  readonly targets: readonly { readonly kind: string; readonly name: string }[];
  readonly findings: PlanStep['findings'];
  readonly diffs: readonly PlanDiff[];
}

/** What a link is about, as `GET /approval-link` tells it. */
export interface LinkedRequest {
  readonly person: string;
  /** Null where they may not act any more. */
  readonly requester: string | null;
  readonly goal: string;
  readonly justification: string | null;
  readonly environment: Environment;
  readonly risk: Risk;
  /** The weightiest first. */
  readonly riskFactors: readonly string[];
  /** What it rests on that anybody outside could have written. */
  readonly outsideContent: readonly string[];
  readonly revision: number;
  readonly planHash: string;
  readonly approvalId: string;
  readonly expiresAt: string;
  readonly required: number;
  /** Whether all that the plan would do is in it: nothing else is approved here. */
  readonly isWhole: boolean;
  readonly plan: { readonly summary: string; readonly steps: readonly LinkedStep[] } | null;
}

export interface LinkedDecision {
  readonly status: string;
  readonly taskStatus: string;
  /** Why the task ended without its run; null where it goes on. */
  readonly message: string | null;
}

const withinMs = 20_000;

/** Why nothing came of it, in the server's words. */
const ask = async <Answer>(token: string, body?: object): Promise<Answer> => {
  const response = await fetch('/approval-link', {
    method: body ? 'POST' : 'GET',
    headers: { 'x-approval-link': token, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(withinMs),
  });
  const answer = (await response.json()) as Answer & { readonly error?: { readonly message: string } };
  if (!response.ok) throw new Error(answer.error?.message ?? `The server answered with ${response.status}.`);
  return answer;
};

export const readLink = (token: string): Promise<LinkedRequest> => ask(token);

/** On what was shown, and nothing else. */
export const decideByLink = (
  token: string,
  { revision, planHash }: LinkedRequest,
  decision: 'approve' | 'reject',
  comment: string,
): Promise<LinkedDecision> => ask(token, { decision, revision, planHash, comment: comment.trim() || null });
