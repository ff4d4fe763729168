import type { Environment } from '@countersign/shared';
import type { AutonomyWord } from './decision-facts.ts';
import { refusal, type Refusal } from './errors.ts';
import type { Principal } from './principal.ts';

/** The newest word on one place, as it is kept. */
export interface StandingWord {
  readonly tenantId: string;
  readonly environment: Environment;
  /** Null for everybody who submits. */
  readonly agentId: string | null;
  readonly level: number;
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

/** How much somebody may do somewhere without a person, and who says so. */
export interface AutonomyLevel {
  readonly environment: Environment;
  readonly level: number;
  readonly source: 'POLICY' | 'TENANT' | 'AGENT';
  readonly by: string | null;
  readonly reason: string | null;
  readonly at: Date | null;
}

const isAbout =
  (tenantId: string, environment: Environment, agentId: string | null) =>
  (word: StandingWord): boolean =>
    word.tenantId === tenantId && word.environment === environment && word.agentId === agentId;

const wordFor = (
  words: readonly StandingWord[],
  tenantId: string,
  environment: Environment,
  agentId: string | null,
): StandingWord | undefined =>
  (agentId === null ? undefined : words.find(isAbout(tenantId, environment, agentId))) ??
  words.find(isAbout(tenantId, environment, null));

/** What an administrator set for one who submits: a word on them alone before one on everybody; null where nobody did. */
export const autonomyOf = (
  words: readonly StandingWord[],
  tenantId: string,
  environment: Environment,
  agentId: string,
): AutonomyWord | null => {
  const word = wordFor(words, tenantId, environment, agentId);
  if (!word) return null;
  const { level, by, reason } = word;
  return { level, of: word.agentId === null ? 'TENANT' : 'AGENT', by, reason };
};

/** The same for people to read; where nobody set one, the policy's own. `agentId` null asks about everybody. */
export const levelOf = (
  words: readonly StandingWord[],
  tenantId: string,
  environment: Environment,
  agentId: string | null,
  policyLevel: number,
): AutonomyLevel => {
  const word = wordFor(words, tenantId, environment, agentId);
  if (!word) return { environment, level: policyLevel, source: 'POLICY', by: null, reason: null, at: null };
  const { level, by, reason, at } = word;
  return { environment, level, source: word.agentId === null ? 'TENANT' : 'AGENT', by, reason, at };
};

/** One place's new level; null to take the word before back. */
export interface WantedLevel {
  readonly environment: Environment;
  readonly agentId: string | null;
  readonly level: number | null;
}

/** Why somebody may not set it; null where they may. More than runs without people now is people's to allow. */
export const levelFault = (
  viewer: Pick<Principal, 'type' | 'tenantId'>,
  words: readonly StandingWord[],
  { environment, agentId, level }: WantedLevel,
  policyLevel: number,
): Refusal | null => {
  const { tenantId, type } = viewer;
  if (type === 'HUMAN') return null;
  const levelBy = (some: readonly StandingWord[]): number =>
    levelOf(some, tenantId, environment, agentId, policyLevel).level;
  const others = words.filter((word) => !isAbout(tenantId, environment, agentId)(word));
  return (level ?? levelBy(others)) > levelBy(words) ? forPeople : null;
};

const forPeople = refusal(
  'NOT_ELIGIBLE',
  'Programs lower what runs without a person, and only people raise it.',
);
