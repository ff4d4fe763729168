import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import { systemClock } from './clock.ts';

/** A new UUID. Version 7 sorts by time of birth, so that primary keys grow at one end of their index. */
export type NewId = () => string;

const bytesOfOne = 16;
const pool = new Uint8Array(bytesOfOne * 256);
let taken = pool.length;

/** Asking the system for random bytes costs more than the rest of an id, so they are asked for in bulk. */
const randomBytes = (): Uint8Array => {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += bytesOfOne;
  return pool.subarray(taken - bytesOfOne, taken);
};

const largestSequence = 0x7f_ff_ff_ff;
let lastMs = 0;
let sequence = 0;

/** Ids of one process sort in the order in which they were made, also within a millisecond. */
export const newId: NewId = () => {
  const random = randomBytes();
  const now = systemClock.now().getTime();
  if (now > lastMs) {
    lastMs = now;
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 2;
  } else if (sequence < largestSequence) {
    sequence += 1;
  } else {
    lastMs += 1;
    sequence = 0;
  }
  return v7({ msecs: lastMs, seq: sequence, random });
};
