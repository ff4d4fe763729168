import { createLaneCalls, type CallBack } from './lane-calls.ts';
import { createLaneSlots, type Comer } from './lane-slots.ts';

export interface LaneShareOptions {
  /** Slots of this lane in this process. */
  readonly slots: number;
  readonly callBack: CallBack;
}

/** The slots of one lane, so shared that no platform and nobody holds them all while others have steps here. */
export interface LaneShare {
  /** A slot, or null where there was none and the step was laid aside. */
  take(comer: Comer, isCalledBack: boolean, layAside: () => Promise<unknown>): Promise<Disposable | null>;
  /** A slot that is free now; null where there is none, and nothing has happened. */
  takeNow(comer: Comer, isCalledBack: boolean): Disposable | null;
  /** Somebody has laid steps of this platform aside, here or in another process: they are called where there is room. */
  hearOf(platform: string): void;
}

/** How long a step is kept waiting in a spare slot. As long as it lasts, nothing is laid aside on a platform that is quick. */
const patienceMs = 500;

export const createLaneShare = ({ slots, callBack }: LaneShareOptions): LaneShare => {
  const room = createLaneSlots(slots);
  const line: Waiting[] = [];
  const calls = createLaneCalls(slots, room.total, callBack);

  const hold = (comer: Comer): Disposable =>
    room.hold(comer, () => {
      const next = line.findIndex((waiting) => room.hasRoom(waiting.comer));
      if (next >= 0) line.splice(next, 1)[0]?.enter();
      calls.callForFree();
    });

  // What others have laid aside is none of a newcomer's.
  const mayEnter = (comer: Comer, isCalledBack: boolean): boolean =>
    isCalledBack || !calls.isJammed(comer.platform) || room.isFirst(comer);

  return {
    hearOf: calls.hearOf,
    takeNow(comer, isCalledBack) {
      if (!mayEnter(comer, isCalledBack) || !room.hasRoom(comer)) return null;
      if (isCalledBack) calls.noteCome();
      return hold(comer);
    },
    async take(comer, isCalledBack, layAside) {
      const { platform } = comer;
      if (isCalledBack) calls.noteCome();
      if (mayEnter(comer, isCalledBack)) {
        if (room.hasRoom(comer)) return hold(comer);
        const slot = await waitInLine(line, comer, () => hold(comer));
        if (slot) return slot;
      }
      calls.noteJam(platform);
      await layAside();
      calls.noteJam(platform);
      calls.callForFree();
      return null;
    },
  };
};

interface Waiting {
  readonly comer: Comer;
  readonly enter: () => void;
}

const waitInLine = (line: Waiting[], comer: Comer, hold: () => Disposable): Promise<Disposable | null> =>
  new Promise((resolve) => {
    const waiting: Waiting = {
      comer,
      enter() {
        clearTimeout(patience);
        resolve(hold());
      },
    };
    const patience = setTimeout(() => {
      line.splice(line.indexOf(waiting), 1);
      resolve(null);
    }, patienceMs);
    line.push(waiting);
  });
