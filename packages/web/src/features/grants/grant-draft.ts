import type { Environment, Risk } from '@countersign/shared';
import type { Offer, Terms } from './grants-data.ts';

/** What stands in the dialog. */
export interface Draft {
  readonly actionType: string | null;
  readonly agentId: string | null;
  readonly environment: Environment;
  readonly target: string;
  readonly maxRisk: Risk;
  readonly uses: string;
  readonly days: string;
  readonly reason: string;
}

const dayMs = 86_400_000;

export const riskChoices = [
  { value: 'LOW', label: 'low' },
  { value: 'MEDIUM', label: 'medium' },
  { value: 'HIGH', label: 'high' },
] as const;

/** The days that policy allows, of those that people mean. */
export const inDays = ({ longestDays }: Pick<Terms, 'longestDays'>) =>
  [...new Set([1, 7, 30].map((days) => Math.min(days, longestDays)))].map((days) => ({
    value: String(days),
    label: days === 1 ? '1 day' : `${days} days`,
  }));

export const filled = (offer: Offer | null, terms: Terms, nowMs: number): Draft => {
  const days = inDays(terms);
  const offered = offer ? String(Math.round((Date.parse(offer.expiresAt) - nowMs) / dayMs)) : '7';
  return {
    actionType: offer?.actionType ?? null,
    agentId: offer?.agentId ?? null,
    environment: offer?.environment ?? terms.places[0]?.environment ?? 'DEVELOPMENT',
    target: offer?.target ?? '',
    maxRisk: offer?.maxRisk ?? 'LOW',
    uses: String(offer?.uses ?? Math.min(10, terms.mostUses)),
    days: days.some(({ value }) => value === offered) ? offered : (days[0]?.value ?? '1'),
    reason: offer ? `${offer.approvals} like it were approved one after the other, and all went well.` : '',
  };
};

/** What is sent; null while something is missing. The server says what else is wrong with it. */
export const orderOf = (draft: Draft, nowMs: number) => {
  const { actionType, agentId, environment, maxRisk } = draft;
  const target = draft.target.trim();
  const reason = draft.reason.trim();
  const uses = Number(draft.uses);
  if (!actionType || !agentId || target === '' || reason === '' || !Number.isInteger(uses)) return null;
  const expiresAt = new Date(nowMs + Number(draft.days) * dayMs - 1_000).toISOString();
  return { actionType, agentId, environment, target, maxRisk, uses, expiresAt, reason };
};
