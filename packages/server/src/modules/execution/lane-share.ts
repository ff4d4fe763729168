import { setTimeout as sleep } from 'node:timers/promises';

export interface LaneShareOptions {
  /** Slots of this lane in this process. */
  readonly slots: number;
  /** Calls steps of a platform back that were laid aside; gives how many there were. */
  readonly callBack: (platform: string, limit: number) => Promise<number>;
}

/** The slots of one lane, so shared that no platform holds them all while others have steps here. */
export interface LaneShare {
  /** A slot, or null where there was none and the step was laid aside. */
  take(platform: string, isCalledBack: boolean, layAside: () => Promise<unknown>): Promise<Disposable | null>;
}

/** More slots, besides those of the lane, for platforms that hold less than half of it. */
export const spareSlotsOf = (slots: number): number => Math.ceil(slots / 4);

/** How long a step is kept waiting in a spare slot. As long as it lasts, nothing is laid aside on a platform that is quick. */
const patienceMs = 500;
/** What was called back is here by then, or has gone to another process. */
const callMs = 2_000;

export const createLaneShare = ({ slots, callBack }: LaneShareOptions): LaneShare => {
  const held = new Map<string, number>();
  const line: Waiting[] = [];
  /** Platforms that have steps laid aside, by how often that was begun or done: whoever comes now goes behind those. */
  const jammed = new Map<string, number>();
  /** Called back and not here yet. */
  const expected: { left: number }[] = [];
  let total = 0;

  const hasRoom = (platform: string): boolean =>
    total < slots || ((held.get(platform) ?? 0) < slots / 2 && total < slots + spareSlotsOf(slots));

  const hold = (platform: string): Disposable => {
    total += 1;
    held.set(platform, (held.get(platform) ?? 0) + 1);
    return {
      [Symbol.dispose]() {
        total -= 1;
        held.set(platform, (held.get(platform) ?? 0) - 1);
        const next = line.findIndex((waiting) => hasRoom(waiting.platform));
        if (next >= 0) line.splice(next, 1)[0]?.enter();
        for (const name of jammed.keys()) callSome(name);
      },
    };
  };

  const callSome = (platform: string): void => {
    const room = slots - total - expected.reduce((sum, { left }) => sum + left, 0);
    if (room < Math.ceil(slots / 8)) return;
    const call = { left: room };
    expected.push(call);
    const known = jammed.get(platform);
    void callBack(platform, room)
      .then(
        (count) => {
          // Empty, unless somebody was about to be laid aside.
          if (count < room && jammed.get(platform) === known) jammed.delete(platform);
          call.left -= Math.min(call.left, room - count);
        },
        () => (call.left = 0),
      )
      .then(() => sleep(callMs, undefined, { ref: false }))
      .finally(() => expected.splice(expected.indexOf(call), 1));
  };

  const noteJam = (platform: string): void => {
    jammed.set(platform, (jammed.get(platform) ?? 0) + 1);
  };

  return {
    async take(platform, isCalledBack, layAside) {
      const call = isCalledBack ? expected.find(({ left }) => left > 0) : undefined;
      if (call) call.left -= 1;
      if (isCalledBack || !jammed.has(platform)) {
        if (hasRoom(platform)) return hold(platform);
        const slot = await waitInLine(line, platform, () => hold(platform));
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
  readonly platform: string;
  readonly enter: () => void;
}

const waitInLine = (line: Waiting[], platform: string, hold: () => Disposable): Promise<Disposable | null> =>
  new Promise((resolve) => {
    const waiting: Waiting = {
      platform,
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
