import type { StopAck } from './stop-round.ts';

/**
 * What the main loop and the thread that keeps the leases both see, without a message for every step: which steps
 * are in hand, and when their leases were renewed. A slot belongs to one hold at a time, told by a number that
 * no other hold has.
 */
export interface LeaseBoard {
  readonly holds: Int32Array<SharedArrayBuffer>;
  /** The hold that was lost to another attempt. */
  readonly lost: Int32Array<SharedArrayBuffer>;
  /** The hold that a kill switch halted. */
  readonly halted: Int32Array<SharedArrayBuffer>;
  readonly fences: Int32Array<SharedArrayBuffer>;
  /** By `steadyMs`. */
  readonly renewedAt: Float64Array<SharedArrayBuffer>;
  readonly stepIds: Uint8Array<SharedArrayBuffer>;
  /** The number of the oldest claim under way, and the one that the next will have; they are equal where none is. */
  readonly claims: BigInt64Array<SharedArrayBuffer>;
}

export interface BoardEntry {
  readonly slot: number;
  readonly hold: number;
  readonly stepId: string;
  readonly fence: number;
}

/** What the thread tells: whether everybody can see that the worker lives, and that a hold was lost or halted. */
export type LeaseReport =
  | { readonly kind: 'PRESENT' }
  | { readonly kind: 'ABSENT'; readonly reason: string }
  | { readonly kind: 'LOST'; readonly hold: number }
  /** A kill switch ends the call. */
  | { readonly kind: 'HALTED'; readonly hold: number; readonly reason: string }
  | { readonly kind: 'ACKNOWLEDGED'; readonly ack: StopAck };

const idBytes = 16;
const noHold = 0;

export const createLeaseBoard = (size: number): LeaseBoard => ({
  holds: new Int32Array(new SharedArrayBuffer(size * 4)),
  lost: new Int32Array(new SharedArrayBuffer(size * 4)),
  halted: new Int32Array(new SharedArrayBuffer(size * 4)),
  fences: new Int32Array(new SharedArrayBuffer(size * 4)),
  renewedAt: new Float64Array(new SharedArrayBuffer(size * 8)),
  stepIds: new Uint8Array(new SharedArrayBuffer(size * idBytes)),
  claims: new BigInt64Array(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT)),
});

export const writeHold = (board: LeaseBoard, entry: BoardEntry, renewedAt: number): void => {
  const { slot, hold, stepId, fence } = entry;
  board.stepIds.set(Buffer.from(stepId.replaceAll('-', ''), 'hex'), slot * idBytes);
  board.fences[slot] = fence;
  board.renewedAt[slot] = renewedAt;
  // Last: whoever reads it first sees the rest.
  Atomics.store(board.holds, slot, hold);
};

export const clearHold = (board: LeaseBoard, slot: number): void => {
  Atomics.store(board.holds, slot, noHold);
};

export const readHolds = (board: LeaseBoard): BoardEntry[] => {
  const entries: BoardEntry[] = [];
  for (let slot = 0; slot < board.holds.length; slot += 1) {
    const hold = Atomics.load(board.holds, slot);
    if (hold === noHold) continue;
    const entry = { slot, hold, stepId: stepIdAt(board, slot), fence: board.fences[slot] ?? 0 };
    if (isHeld(board, entry)) entries.push(entry);
  }
  return entries;
};

export const isHeld = (board: LeaseBoard, { slot, hold }: Pick<BoardEntry, 'slot' | 'hold'>): boolean =>
  Atomics.load(board.holds, slot) === hold;

/** Marks claims that are under way, so that the thread knows whether one may still come into hand. */
export const createClaimMarks = ({ claims }: Pick<LeaseBoard, 'claims'>): (() => Disposable) => {
  const underWay = new Set<bigint>();
  let next = 0n;
  return () => {
    const number = next;
    next += 1n;
    underWay.add(number);
    Atomics.store(claims, 1, next);
    return {
      [Symbol.dispose]() {
        underWay.delete(number);
        const [oldest = next] = underWay;
        Atomics.store(claims, 0, oldest);
      },
    };
  };
};

export const oldestClaim = ({ claims }: Pick<LeaseBoard, 'claims'>): bigint => Atomics.load(claims, 0);
export const nextClaim = ({ claims }: Pick<LeaseBoard, 'claims'>): bigint => Atomics.load(claims, 1);

const stepIdAt = ({ stepIds }: LeaseBoard, slot: number): string => {
  const hex = Buffer.from(stepIds.subarray(slot * idBytes, (slot + 1) * idBytes)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

/** Milliseconds of a clock that never jumps and that all threads share. `performance.now()` begins anew in each. */
export const steadyMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;
