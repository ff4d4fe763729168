import type { Environment } from '@countersign/shared';
import { withAsk, type Ask } from './ask.ts';
import type { AutonomyWord } from './decision-facts.ts';
import { accepted, refusal, refused, type Outcome } from './errors.ts';
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

/** For whom and where. */
type Place = Pick<StandingWord, 'environment' | 'agentId'>;

/** Whether something is about just this place. */
export const isOfPlace =
  ({ environment, agentId }: Place) =>
  (each: Place): boolean =>
    each.environment === environment && each.agentId === agentId;

const isAbout =
  (tenantId: string, environment: Environment, agentId: string | null) =>
  (word: StandingWord): boolean =>
    word.tenantId === tenantId && isOfPlace({ environment, agentId })(word);

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
export interface WantedLevel extends Place {
  readonly level: number | null;
}

/** A person's word that waits for a second one. */
export interface AutonomyAsk extends Ask, WantedLevel {}

/** What a word makes of the level: it holds at once, or waits for a second person's. */
export interface AutonomyStep {
  readonly kind: 'SET' | 'ASKED';
  /** How many people have said so, and how many must. */
  readonly given: number;
  readonly required: number;
}

/** In production one person's word must not have more run without people than does now. */
const raisersOf = ({ environment }: WantedLevel): number => (environment === 'PRODUCTION' ? 2 : 1);

/**
 * What a word on a level comes to, beside those that were said of the same place since its last one. Lowering is any
 * administrator's; more than runs without people now is people's to allow, and in production two people's, no two of
 * them one hand, who say the same.
 */
export const askLevel = (
  { type, tenantId }: Pick<Principal, 'type' | 'tenantId'>,
  words: readonly StandingWord[],
  policyLevel: number,
  ask: AutonomyAsk,
  asks: readonly AutonomyAsk[],
): Outcome<AutonomyStep> => {
  const { environment, agentId, level } = ask;
  const levelBy = (some: readonly StandingWord[]): number =>
    levelOf(some, tenantId, environment, agentId, policyLevel).level;
  const others = words.filter((word) => !isAbout(tenantId, environment, agentId)(word));
  if ((level ?? levelBy(others)) <= levelBy(words)) return accepted({ kind: 'SET', given: 1, required: 1 });
  if (type !== 'HUMAN') return refused(forPeople);
  const required = raisersOf(ask);
  const same = asks.filter((each) => each.level === level);
  const counted = withAsk(same, ask, required);
  if (!counted.ok) return counted;
  const kind = counted.value.isEnough ? 'SET' : 'ASKED';
  return accepted({ kind, given: counted.value.asks.length, required });
};

const forPeople = refusal(
  'NOT_ELIGIBLE',
  'Programs lower what runs without a person, and only people raise it.',
);
