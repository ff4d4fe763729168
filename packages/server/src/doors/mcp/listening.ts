import { z } from 'zod';
import type { Caller } from '../../domain/principal.ts';
import { refusal } from '../../domain/errors.ts';
import type { OpenCall } from '../shared/follow-task.ts';
import type { Waiting } from '../shared/waiting.ts';
import type { ChangingTools } from './mcp-tool.ts';

export interface ListeningDeps {
  readonly waiting: Waiting;
  readonly passedOn: ChangingTools;
}

/** Whoever goes on listening comes back, and balances over the nodes again. */
const longestMs = 30 * 60_000;
const askEveryMs = 30_000;

const listenShape = z.object({ method: z.literal('subscriptions/listen') });

/** Whether a message opens a stream that stays open. */
export const isListening = (body: unknown): boolean => listenShape.safeParse(body).success;

export const tooManyListen = refusal(
  'RATE_LIMIT_EXCEEDED',
  'As many of your requests are kept open already as may.',
  { retryAfterMs: 5_000 },
);

/** Streams that tell clients that there are other tools than before. While there is one, other servers are asked what they have. */
export const createListening = ({ waiting, passedOn }: ListeningDeps) => {
  let open = 0;
  let asking: NodeJS.Timeout | undefined;
  const ask = (): void => void passedOn.list().catch(() => undefined);

  return {
    /** Null where this caller has no place left; the signal is given once the stream has to end. */
    enter(
      viewer: Caller,
      { whileStanding }: Pick<OpenCall, 'whileStanding'>,
    ): (Disposable & { readonly signal: AbortSignal }) | null {
      const place = waiting.enter(viewer);
      if (!place) return null;
      const over = new AbortController();
      const end = (): void => {
        over.abort();
      };
      const standing = whileStanding(end);
      const timer = setTimeout(end, longestMs);
      open += 1;
      asking ??= setInterval(ask, askEveryMs);
      ask();
      let isIn = true;
      return {
        signal: over.signal,
        [Symbol.dispose]() {
          if (!isIn) return;
          isIn = false;
          open -= 1;
          if (open === 0) {
            clearInterval(asking);
            asking = undefined;
          }
          clearTimeout(timer);
          standing[Symbol.dispose]();
          place[Symbol.dispose]();
        },
      };
    },
  };
};
