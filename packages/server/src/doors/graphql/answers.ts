import { GraphQLError } from 'graphql';
import { createRoom, type Occupant } from '../../infra/room.ts';
import { codedError } from './errors.ts';

export interface AnswerLimits {
  /** Bytes of one answer. */
  readonly answer: number;
  /** Bytes that are read from the store and held for the sake of one answer. */
  readonly material: number;
  /** Of both, in all answers of one principal that are being made or have not left yet. */
  readonly perPrincipal: number;
  /** The same, of everybody. */
  readonly total: number;
}

const megabyte = 1024 * 1024;

export const defaultAnswerLimits: AnswerLimits = {
  answer: 16 * megabyte,
  material: 64 * megabyte,
  perPrincipal: 96 * megabyte,
  total: 256 * megabyte,
};

/** What one operation, or one event of a subscription, is going to be told. */
export interface Answer {
  /** Counts what goes into it. @throws {GraphQLError} where that is too much. */
  charge(bytes: number): void;
  /** Counts what is held for it. @throws {GraphQLError} where that is too much. */
  hold(bytes: number): void;
  /** Whether making text of it takes so long that others should have their turn before. */
  isLarge(): boolean;
  /** Why it was given up: then it is all that the caller is told. */
  refusal(): GraphQLError | null;
  /** It has left, or nobody waits for it any more: the next one begins. */
  release(): void;
}

export interface Answers {
  open(principal: Occupant): Answer;
}

const largeBytes = 256 * 1024;

export const createAnswers = (limits: AnswerLimits = defaultAnswerLimits): Answers => {
  const room = createRoom({ each: limits.perPrincipal, total: limits.total });

  const open = (principal: Occupant): Answer => {
    let [sent, held] = [0, 0];
    let refusal: GraphQLError | null = null;

    const take = (bytes: number): void => {
      if (!room.take(principal, bytes)) throw (refusal = unread());
    };
    return {
      charge(bytes) {
        if (refusal) throw refusal;
        if (sent + bytes > limits.answer) throw (refusal = tooLarge(limits.answer));
        take(bytes);
        sent += bytes;
      },
      hold(bytes) {
        if (refusal) throw refusal;
        if (held + bytes > limits.material) throw (refusal = tooLarge(limits.answer));
        take(bytes);
        held += bytes;
      },
      isLarge: () => sent > largeBytes,
      refusal: () => refusal,
      release() {
        room.giveBack(principal, sent + held);
        [sent, held] = [0, 0];
        refusal = null;
      },
    };
  };
  return { open };
};

/** With a path, so that graphql-js repeats it wherever it is thrown instead of making another of each. */
const whole = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, { path: [], extensions: error.extensions });

const tooLarge = (bytes: number): GraphQLError =>
  whole(
    codedError(
      'QUERY_TOO_COMPLEX',
      `This answer would be larger than ${bytes / megabyte} MB. Ask for fewer items or fields at once.`,
    ),
  );

const unread = (): GraphQLError =>
  whole(
    codedError(
      'RATE_LIMIT_EXCEEDED',
      'Answers that nobody has read yet take all the room. Read those that you asked for, then ask again.',
    ),
  );

/** Given up only because others take the room at the moment. */
export const lacksRoom = (answer: Answer | undefined): boolean =>
  answer?.refusal()?.extensions.code === 'RATE_LIMIT_EXCEEDED';

/** All that the caller is told where an answer was given up. */
export const insteadOfAnswer = ({ message, extensions }: GraphQLError, isMutation: boolean): GraphQLError =>
  new GraphQLError(
    isMutation ? `${message} What was asked for was done: the same idempotency key finds it.` : message,
    { extensions },
  );

const answers = new WeakMap<object, Answer>();

/** A viewer for one operation alone, by which everything that is done for it finds its answer. */
export const viewerWith = <Viewer extends object>(viewer: Viewer, answer: Answer): Viewer => {
  const own = { ...viewer };
  answers.set(own, answer);
  return own;
};

/** The answer that this viewer waits for; undefined where nobody counts. */
export const answerOf = (viewer: object): Answer | undefined => answers.get(viewer);
