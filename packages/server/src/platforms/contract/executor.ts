import type { Socket } from 'node:net';
import type { Priority } from '@countersign/shared';
import type { z } from 'zod';
import type { Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ChangedLines, LinesQuery } from '../../domain/diff.ts';
import type { StopSubject } from '../../domain/kill-switch.ts';
import type { ActionTraits, PlannedAction, Position } from '../../domain/planned-action.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { HttpClient } from '../../infra/http-client.ts';
import type { Place } from './platform-guard.ts';
import type { ReadEndpoint } from './read-endpoints.ts';
import type { ServerConnection } from './server-connection.ts';

/** The part of a logger that an executor uses; a pino logger is one. */
export interface ExecutorLogger {
  readonly debug: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
}

/** What every call comes with. */
export interface ExecutorCall {
  readonly signal: AbortSignal;
  readonly tenantId: string;
  /** The lane of the task. */
  readonly priority: Priority;
  readonly logger: ExecutorLogger;
}

/** What whoever plans an action hands in. */
export interface PlanCall extends ExecutorCall {
  /** On whose behalf: what is asked of platforms for planning is counted by it. */
  readonly principalId: string;
  /**
   * What earlier steps of the same task leave of what this one may change (their `leaves`), in that order: it is planned
   * on the target as it will be. Left out where it is planned on the target as it is.
   */
  readonly foreseen?: readonly Json[];
}

/** What whoever runs a step hands in. */
export interface ApplyCall extends ExecutorCall {
  /** Lower-case hex, the same for every attempt of the same effect. */
  readonly idempotencyKey: string;
  /** As the plan found it; after earlier steps upon the same thing, as they left it. */
  readonly precondition: Json;
  /**
   * Of an undoing: what the last of our own changes since put out, where a later step of the run changed the same thing
   * or was undone. What is ours is no change by others.
   */
  readonly since?: Json;
  readonly taskId: string;
  readonly stepId: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** What this call may take, where the plan says so; never longer than what the action type takes. */
  readonly timeMs?: number;
  /** Taken before the call was promised; without one, the guards wait for a place. */
  readonly place?: Place;
  /** What a kill switch asks of the work; left out, each of the tenant's that cannot know it holds the call. */
  readonly work?: StoppableWork;
}

export interface StoppableWork extends Pick<StopSubject, 'environment' | 'agentId' | 'risk'> {
  /** Somebody chose that it goes on although its work is stopped. */
  readonly isUnderStop: boolean;
}

/** What whoever reads on in a plan that was made hands in. */
export interface LinesCall extends PlanCall {
  /** As the plan found it. */
  readonly precondition: Json;
}

/** What the guards add: the way out, held to the action's network reach; in `plan` it only reads. */
export interface Egressed {
  readonly http: HttpClient;
  /**
   * A connection for what speaks no HTTP, held to the same reach and rules: `http://host:port`, or `https:` for TLS.
   * Whether what is said over it only looks is for the executor to see to; whoever uses it declares no `reads`.
   */
  readonly connect: (url: string) => Promise<Socket>;
}

/** Does what reaches the platform by other ways than `http`, a program: counted and held to the guards as a write. */
export interface Sending {
  readonly send: <Value>(work: () => Promise<Value>) => Promise<Value>;
}

/** For a look at what a plan was made on. */
export interface LookContext extends ExecutorCall, Egressed {
  /** As the plan found it. */
  readonly precondition: Json;
}

export interface PlanContext extends PlanCall, Egressed {}
export interface LinesContext extends LinesCall, Egressed {}
export interface ApplyContext extends ApplyCall, Egressed, Sending {}

/**
 * What came of an earlier attempt. FOUND: our mark, or the state that was wanted, is there. ABSENT: surely nothing; the
 * target is as the plan found it. UNKNOWN: it is neither, and a person finds out.
 */
export type Reconciliation<Output> =
  | { readonly kind: 'FOUND'; readonly output: Output }
  | { readonly kind: 'ABSENT' }
  | { readonly kind: 'UNKNOWN' };

/**
 * One action type. The guards call it; nobody else does, so an implementation may rely on parsed input,
 * a time budget and a running AbortSignal.
 *
 * `apply`, `verify`, `compensate` and `reconcile` throw `ExecutorError` for what they can name; anything
 * else is classified at the edge. `plan` answers an expected "no" with a refusal whose
 * `details` are faults, paths relative to the params (`files[1].path`).
 */
export interface ActionExecutor<Input, Output extends Json> {
  readonly traits: ActionTraits;
  /** One or two sentences for people and agents choosing an action. */
  readonly description: string;
  /** Refuses properties that it does not know. Also served as JSON Schema. */
  readonly input: z.ZodType<Input>;
  /**
   * What is wrong with an input that parses, told without a look at anything: a place that configuration does not
   * name. Paths are relative to the params. What is planned SLOWLY is refused by it before it is stored.
   */
  check?(input: Input): readonly Fault[];
  /** The traits of this very input, where it changes them: a GET only reads. */
  traitsFor?(input: Input): Partial<Omit<ActionTraits, 'name' | 'version' | 'platform'>>;
  /**
   * Whether what a plan shows is all that its effect depends on: two plans that show the same make the same change,
   * wherever else the target has moved. Only then does an approval outlast such a move.
   */
  readonly showsWholeEffect?: boolean;
  /**
   * Given where `plan` reckons with what earlier steps leave (`foreseen`), and says what it leaves itself: then several
   * steps of one run may change one thing. Right before such a step runs, it is planned once more, upon what they
   * really left. It runs where people would be shown the same, and where this says that what is not shown is as it was
   * foreseen: of two preconditions, as planned and as found.
   */
  isAsForeseen?(foreseen: Json, found: Json): boolean;
  /** The part of the platform that this input talks to: an origin, a repository. Circuit breakers are kept per endpoint. */
  endpointOf?(input: Input): string;
  /** Whether who is called with this input may call through us before it answers. Left out: never. */
  callsBack?(input: Input): boolean;
  /**
   * The endpoints that only look: `plan`, `verify` and `reconcile` reach nothing else through the context's `http`.
   * Where they are given, everything that the executor sends goes that way, so that the guards see each request;
   * otherwise each of its operations counts as one call to the platform, planning as well.
   */
  readonly reads?: readonly ReadEndpoint[];
  /** Other servers whose tools it calls: each tool is offered to agents by its own name as well. */
  readonly connections?: readonly ServerConnection[];
  /** Finds out what would happen. Writes nothing. */
  plan(input: Input, context: PlanContext): Promise<Outcome<PlannedAction>>;
  /**
   * A part of the whole change that a plan shows of one file, also of what was too long for the plan itself. It
   * depends on nothing but the input and the precondition. Null where there is none, or where it cannot be read now.
   */
  lines?(input: Input, query: LinesQuery, context: LinesContext): Promise<ChangedLines | null>;
  /**
   * Whether the target still is as the plan found it, told by a cheap look: one or a few reads. It is asked again and
   * again while a plan waits for people, so it is left out where looking costs as much as planning does.
   */
  watch?(input: Input, context: LookContext): Promise<boolean>;
  /**
   * A precondition in words that people compare between two revisions of a plan. Left out where its own fields are
   * the best words for it.
   */
  positions?(input: Input, precondition: Json): readonly Position[];
  /** Makes the effect; a second call with the same key makes no second one where the capability says so. */
  apply(input: Input, context: ApplyContext): Promise<Output>;
  /** Reads back; throws where the platform does not hold what `output` says. */
  verify(input: Input, output: Output, context: ApplyContext): Promise<void>;
  /**
   * Undoes the effect, once: a second call finds it undone, changes nothing and gives the same answer. The context
   * carries a key of its own. Throws PRECONDITION_FAILED where others have changed the target since.
   */
  compensate?(input: Input, output: Output, context: ApplyContext): Promise<Json>;
  /** Finds out what an earlier attempt with this key came to. */
  reconcile?(input: Input, context: ApplyContext): Promise<Reconciliation<Output>>;
}

/**
 * An executor of any input, as the registry keeps it. Its methods take what its own `input` schema parsed,
 * never anything else.
 */
export type AnyExecutor = ActionExecutor<unknown, Json>;

/** The traits that hold for this input. */
export const traitsOf = <Input>(executor: ActionExecutor<Input, Json>, input: Input): ActionTraits => ({
  ...executor.traits,
  ...executor.traitsFor?.(input),
});

/** `repo.commit@1` */
export const actionTypeOf = (traits: Pick<ActionTraits, 'name' | 'version'>): string =>
  `${traits.name}@${traits.version}`;
