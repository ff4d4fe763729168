import { createRoom, type Occupant } from '../../infra/room.ts';
import { refusal, type Refusal } from '../../domain/errors.ts';

/** How many requests of one caller, of one tenant and of all, may be kept waiting at once: they hold a connection and nothing else. */
export interface Waiting {
  /** A place until it is disposed of; null where there is none left. */
  enter(caller: Occupant): Disposable | null;
}

const places = { each: 256, total: 2_000 };

export const createWaiting = (limits = places): Waiting => {
  const room = createRoom(limits);
  return {
    enter(caller) {
      if (!room.take(caller, 1)) return null;
      let isIn = true;
      return {
        [Symbol.dispose]() {
          if (isIn) room.giveBack(caller, 1);
          isIn = false;
        },
      };
    },
  };
};

/** What a wait is answered with once whoever waited may not ask any more. */
export const noLonger: Refusal = refusal(
  'AUTHENTICATION_FAILED',
  'Your credentials ended while you waited. Call with a valid key or session.',
);

export const tooManyWait: Refusal = refusal(
  'RATE_LIMIT_EXCEEDED',
  'As many requests wait already as may. Read without waiting, or try again.',
  { retryAfterMs: 5_000 },
);
