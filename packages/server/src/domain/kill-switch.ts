import type {
  ActionCategory,
  Environment,
  ReleaseStage,
  Risk,
  StopMode,
  StopScopeKind,
  StopStage,
} from '@countersign/shared';
import { stopStages } from '@countersign/shared';
import { standingAsks, withAsk, type Ask } from './ask.ts';
import { stopMessage, type Stop } from './decision.ts';
import { accepted, refusal, refused, type Outcome, type Refusal } from './errors.ts';

/** What a switch stops. `value` names the environment, platform, agent (by id) or action type; null for the others. */
export interface StopScope {
  readonly kind: StopScopeKind;
  readonly value: string | null;
}

/** One person's word that a stop may be released to a stage. */
export interface ReleaseAsk extends Ask {
  readonly stage: ReleaseStage;
}

/** A person's stop across a scope, until it is released to ALL. */
export interface KillSwitch extends StopScope {
  readonly id: string;
  /** Whose work it stops; of a GLOBAL one, who engaged it. */
  readonly tenantId: string;
  readonly mode: StopMode;
  /** Everything is measured and acknowledged, and nothing is stopped. */
  readonly isDrill: boolean;
  readonly reason: string;
  /** Null where the operator of the machine engaged it. */
  readonly byId: string | null;
  readonly engagedAt: Date;
  readonly stage: StopStage;
  readonly stagedAt: Date;
  /** Counts its stages, from 1. */
  readonly epoch: number;
  /** Who asked to release it to its next stage, until there are enough. */
  readonly asks: readonly ReleaseAsk[];
}

/** Work that a switch may stop. What is not known (null) counts as being within the scope, and as risky. */
export interface StopSubject {
  readonly tenantId: string;
  readonly environment: Environment | null;
  /** Who submitted it. */
  readonly agentId: string | null;
  readonly platform: string;
  /** `repo.commit` */
  readonly name: string;
  readonly version: number;
  readonly category: ActionCategory;
  readonly risk: Risk | null;
}

/** Whether a scope of a tenant holds this work. The database says the same by itself, in `stop_covers`. */
export const covers = (
  { kind, value, tenantId }: StopScope & { readonly tenantId: string },
  subject: StopSubject,
): boolean => {
  if (kind === 'GLOBAL') return true;
  if (tenantId !== subject.tenantId) return false;
  switch (kind) {
    case 'TENANT':
      return true;
    case 'ENVIRONMENT':
      return subject.environment === null || subject.environment === value;
    case 'PLATFORM':
      return subject.platform === value;
    case 'AGENT':
      return subject.agentId === null || subject.agentId === value;
    case 'ACTION_TYPE':
      return value === subject.name || value === `${subject.name}@${subject.version}`;
  }
};

/** Whether a stop that was released so far lets this work go on. */
export const letsGo = (stage: StopStage, { category, risk }: StopSubject): boolean => {
  if (stage === 'ALL') return true;
  if (stage === 'STOPPED') return false;
  return category === 'READ' || (stage === 'LOW_RISK' && risk === 'LOW');
};

export const stops = (each: KillSwitch, subject: StopSubject): boolean =>
  !each.isDrill && covers(each, subject) && !letsGo(each.stage, subject);

/** What stops this work now: a HALT before a PAUSE, the first of several alike; null where nothing does. */
export const stopOf = (switches: readonly KillSwitch[], subject: StopSubject): Stop | null => {
  const engaged = switches.filter((each) => stops(each, subject));
  const weightiest = engaged.find(({ mode }) => mode === 'HALT') ?? engaged[0];
  return weightiest ? { mode: weightiest.mode, reason: weightiest.reason } : null;
};

const scopeWords: Readonly<Record<StopScopeKind, string>> = {
  GLOBAL: 'everything',
  TENANT: 'everything of this tenant',
  ENVIRONMENT: 'the environment',
  PLATFORM: 'the platform',
  AGENT: 'the agent',
  ACTION_TYPE: 'the action type',
};

/** `the platform git` */
export const wordsOfScope = ({ kind, value }: StopScope): string =>
  value === null ? scopeWords[kind] : `${scopeWords[kind]} ${value}`;

const notNow = (message: string) => refused(refusal('NOT_IN_THIS_STATE', message));

/** What one person said of a release is no standing leave: the second says it while the first still knows why. */
export const releaseAskHoldsMs = 30 * 60_000;

/**
 * A person's word that a stop may go on to a later stage. It does so once as many people say the same as must within
 * half an hour, no two of them one hand; a word for another stage begins the count anew.
 */
export const askRelease = (
  before: KillSwitch,
  ask: ReleaseAsk,
  required: number,
  now: Date,
): Outcome<KillSwitch> => {
  if (before.stage === 'ALL') return notNow('It was released already.');
  if (stopStages.indexOf(ask.stage) <= stopStages.indexOf(before.stage))
    return notNow(`It was released to ${before.stage} already; engage another one to stop more again.`);
  const same = standingAsks(before.asks, releaseAskHoldsMs, now).filter(({ stage }) => stage === ask.stage);
  const counted = withAsk(same, ask, required);
  if (!counted.ok) return counted;
  const { asks, isEnough } = counted.value;
  return accepted(
    isEnough
      ? { ...before, stage: ask.stage, stagedAt: now, epoch: before.epoch + 1, asks: [] }
      : { ...before, asks },
  );
};

/** How many people release a stop, by its scope; policy data may say otherwise. */
export const defaultReleaseQuorum: Readonly<Record<StopScopeKind, number>> = {
  GLOBAL: 2,
  TENANT: 2,
  ENVIRONMENT: 1,
  PLATFORM: 1,
  AGENT: 1,
  ACTION_TYPE: 1,
};

const engaged = (stop: Stop, more: string): Refusal =>
  refusal('KILL_SWITCH_ENGAGED', `${stopMessage(stop)} ${more}`);

/** Why nobody approves now what is stopped. */
export const approvingIsStopped = (stop: Stop): Refusal =>
  engaged(stop, 'Nobody approves it before that is released. Rejecting goes on.');

/** Why a run is not rolled back without a further word. */
export const undoingIsStopped = (stop: Stop): Refusal =>
  engaged(stop, 'To undo it all the same, say underStop.');
