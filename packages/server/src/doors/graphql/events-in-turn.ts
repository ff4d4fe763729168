import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { RefusalError } from '../../domain/errors.ts';
import { createTurns, type Turns } from '../../infra/turns.ts';
import { answerOf } from './answers.ts';
import type { RequestContext } from './context.ts';
import { refusalError } from './errors.ts';

/** Events that are being made into messages at the same time, of all sockets. */
const atOnce = 8;

export type Subscribe = (
  args: ExecutionArgs & { readonly contextValue: RequestContext },
) => Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;

/**
 * `subscribe` of graphql-js, but many subscriptions that hear of the same event do not answer it all at once:
 * one event of a socket at a time, until it has left, and of the sockets those of each principal in turn.
 */
export const createSubscribe = (lineOf: (context: RequestContext) => Turns): Subscribe => {
  const everybody = createTurns(atOnce);
  return async (args) => {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return source;
    const { contextValue } = args;
    const inTurn = (event: unknown) =>
      everybody.run(contextValue.viewer.id, () => execute({ ...args, rootValue: event }));
    return answering(source[Symbol.asyncIterator](), contextValue, lineOf(contextValue), inTurn);
  };
};

const asGraphqlError = (error: unknown): never => {
  throw error instanceof RefusalError ? refusalError(error.refusal) : error;
};

const over = { done: true, value: undefined } as const;

const answering = (
  source: AsyncIterator<unknown>,
  { viewer }: RequestContext,
  line: Turns,
  answer: (event: unknown) => Promise<ExecutionResult>,
): AsyncIterableIterator<ExecutionResult> => {
  let isOver = false;
  /** Leaves the socket to its other subscriptions. */
  let leave: (() => void) | undefined;
  const hasLeft = (): void => {
    answerOf(viewer)?.release();
    leave?.();
    leave = undefined;
  };
  /** Resolves when the socket is ours; it stays so until `hasLeft`. */
  const enter = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    void line.run('', () => {
      const left = Promise.withResolvers<void>();
      leave = left.resolve;
      resolve();
      return left.promise;
    });
    return promise;
  };
  const end = (): void => {
    isOver = true;
    hasLeft();
  };

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      // Whoever asks for the next one has sent the one before.
      hasLeft();
      const event = await source.next().catch(asGraphqlError);
      if (event.done === true || isOver) return over;
      await enter();
      if (isOver) {
        hasLeft();
        return over;
      }
      return { done: false, value: await answer(event.value) };
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
