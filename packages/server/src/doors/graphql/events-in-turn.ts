import { setTimeout as delay } from 'node:timers/promises';
import { createSourceEventStream, execute, type ExecutionResult } from 'graphql';
import { RefusalError } from '../../domain/errors.ts';
import { createBreath, createTurns, type Breath, type Turns } from '../../infra/turns.ts';
import { answerOf, lacksRoom } from './answers.ts';
import type { RequestContext } from './context.ts';
import { refusalError } from './errors.ts';
import { createSharedTexts, type SubscriptionArgs, type TextOf } from './shared-texts.ts';

/** Events that are being made into messages at the same time, of all sockets. */
const atOnce = 8;
/** How long an event waits for room that answers which nobody has read yet take, and how often it looks. */
const roomWaitMs = 10_000;
const roomLookMs = 100;

export type Subscribe = (
  args: SubscriptionArgs,
) => Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;

/** Where a subscription's answers leave. */
export interface WayOut {
  /** Of its socket, in which long answers leave one after another. */
  readonly line: Turns;
  /** Sends a result that is a text already; resolves once the next one may follow. */
  readonly send: (result: string) => Promise<void> | void;
}

interface SharedWayOut extends WayOut {
  readonly textOf: TextOf;
  /** Of all subscriptions. */
  readonly breath: Breath;
}

/**
 * `subscribe` of graphql-js, but subscriptions that ask the same share one answer to an event, and others do not answer
 * all at once: one event of a socket at a time, until it has left, and of the sockets those of each principal in turn.
 */
export const createSubscribe = (wayOutOf: (context: RequestContext) => WayOut): Subscribe => {
  const everybody = createTurns(atOnce);
  const breath = createBreath();
  const share = createSharedTexts(everybody);
  return async (args) => {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return source;
    const { contextValue } = args;
    const inTurn = (event: unknown) =>
      everybody.run(contextValue.viewer.id, () => execute({ ...args, rootValue: event }));
    const way = { ...wayOutOf(contextValue), breath, textOf: share(args) };
    return answering(source[Symbol.asyncIterator](), contextValue, way, inTurn);
  };
};

const asGraphqlError = (error: unknown): never => {
  throw error instanceof RefusalError ? refusalError(error.refusal) : error;
};

const over = { done: true, value: undefined } as const;

const answering = (
  source: AsyncIterator<unknown>,
  { viewer }: RequestContext,
  way: SharedWayOut,
  answer: (event: unknown) => Promise<ExecutionResult>,
): AsyncIterableIterator<ExecutionResult> => {
  let isOver = false;
  const socket = createStay(way.line);
  const hasLeft = (): void => {
    answerOf(viewer)?.release();
    socket.leave();
  };
  const end = (): void => {
    isOver = true;
    hasLeft();
  };

  const nextOwn = createNextOwn(source, way, () => isOver);

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      // Whoever asks for the next one has sent the one before.
      hasLeft();
      const event = await nextOwn();
      if (event.done === true || isOver) return over;
      await socket.enter();
      if (isOver) {
        hasLeft();
        return over;
      }
      return {
        done: false,
        value: await withRoom(
          viewer,
          () => answer(event.value),
          () => isOver,
        ),
      };
    },
    async return() {
      end();
      await source.return?.();
      return over;
    },
    async throw(error: unknown) {
      end();
      await source.return?.();
      throw error;
    },
  };
};

/** Of one subscription in the line of its socket. */
const createStay = (line: Turns) => {
  let leave: (() => void) | undefined;
  return {
    /** Resolves when the socket is its own; it stays so until it leaves it to the others. */
    enter(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      void line.run('', () => {
        const left = Promise.withResolvers<void>();
        leave = left.resolve;
        resolve();
        return left.promise;
      });
      return promise;
    },
    leave(): void {
      leave?.();
      leave = undefined;
    },
  };
};

/** An event is told once, so nobody can ask for it again: where others take the room, it waits for it. */
const withRoom = async (
  viewer: object,
  answer: () => Promise<ExecutionResult>,
  isOver: () => boolean,
): Promise<ExecutionResult> => {
  const until = performance.now() + roomWaitMs;
  for (;;) {
    const result = await answer();
    if (!lacksRoom(answerOf(viewer)) || isOver() || performance.now() > until) return result;
    answerOf(viewer)?.release();
    await delay(roomLookMs, undefined, { ref: false });
  }
};

/** The next event that nobody else is told the same of; the others are told on the way. */
const createNextOwn =
  (source: AsyncIterator<unknown>, { send, textOf, breath }: SharedWayOut, isOver: () => boolean) =>
  async (): Promise<IteratorResult<unknown>> => {
    for (;;) {
      const event = await source.next().catch(asGraphqlError);
      if (event.done === true || isOver()) return over;
      const making = textOf(event.value);
      const text = making instanceof Promise ? await making : making;
      if (text === null || isOver()) return event;
      const leaving = send(text);
      if (leaving) await leaving;
      if (breath.isDue()) await breath.take();
    }
  };
