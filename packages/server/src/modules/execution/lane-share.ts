import { setTimeout as sleep } from 'node:timers/promises';
import { createLaneSlots, type Comer } from './lane-slots.ts';

export interface LaneShareOptions {
  /** Slots of this lane in this process. */
  readonly slots: number;
  /** Calls steps of a platform back that were laid aside; gives how many there were. */
  readonly callBack: (platform: string, limit: number) => Promise<number>;
}

/** The slots of one lane, so shared that no platform and nobody holds them all while others have steps here. */
export interface LaneShare {
  /** A slot, or null where there was none and the step was laid aside. */
  take(comer: Comer, isCalledBack: boolean, layAside: () => Promise<unknown>): Promise<Disposable | null>;
  /** A slot that is free now; null where there is none, and nothing has happened. */
  takeNow(comer: Comer, isCalledBack: boolean): Disposable | null;
}

/** How long a step is kept waiting in a spare slot. As long as it lasts, nothing is laid aside on a platform that is quick. */
const patienceMs = 500;
/** What was called back is here by then, or has gone to another process. */
const callMs = 2_000;

export const createLaneShare = ({ slots, callBack }: LaneShareOptions): LaneShare => {
  const room = createLaneSlots(slots);
  const line: Waiting[] = [];
  /** Platforms that have steps laid aside, by how often that was begun or done: whoever comes now goes behind those. */
  const jammed = new Map<string, number>();
  /** Called back and not here yet. */
  const expected: { left: number }[] = [];

  const hold = (comer: Comer): Disposable =>
    room.hold(comer, () => {
      const next = line.findIndex((waiting) => room.hasRoom(waiting.comer));
      if (next >= 0) line.splice(next, 1)[0]?.enter();
      for (const name of jammed.keys()) callSome(name);
    });

  const callSome = (platform: string): void => {
    const free = slots - room.total() - expected.reduce((sum, { left }) => sum + left, 0);
    if (free < Math.ceil(slots / 8)) return;
    const call = { left: free };
    expected.push(call);
    const known = jammed.get(platform);
    void callBack(platform, free)
      .then(
        (count) => {
          // Empty, unless somebody was about to be laid aside.
          if (count < free && jammed.get(platform) === known) jammed.delete(platform);
          call.left -= Math.min(call.left, free - count);
        },
        () => (call.left = 0),
      )
      .then(() => sleep(callMs, undefined, { ref: false }))
      .finally(() => expected.splice(expected.indexOf(call), 1));
  };

  const noteJam = (platform: string): void => {
    jammed.set(platform, (jammed.get(platform) ?? 0) + 1);
  };

  const noteCome = (isCalledBack: boolean): void => {
    const call = isCalledBack ? expected.find(({ left }) => left > 0) : undefined;
    if (call) call.left -= 1;
  };
  // What others have laid aside is none of a newcomer's.
  const mayEnter = (comer: Comer, isCalledBack: boolean): boolean =>
    isCalledBack || !jammed.has(comer.platform) || room.isFirst(comer);

  return {
    takeNow(comer, isCalledBack) {
      if (!mayEnter(comer, isCalledBack) || !room.hasRoom(comer)) return null;
      noteCome(isCalledBack);
      return hold(comer);
    },
    async take(comer, isCalledBack, layAside) {
      const { platform } = comer;
      noteCome(isCalledBack);
      if (mayEnter(comer, isCalledBack)) {
        if (room.hasRoom(comer)) return hold(comer);
        const slot = await waitInLine(line, comer, () => hold(comer));
        if (slot) return slot;
      }
      noteJam(platform);
      await layAside();
      noteJam(platform);
      callSome(platform);
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
