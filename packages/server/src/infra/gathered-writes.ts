import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * To be called before each write: all writes of one tick then leave in one go. Every small write would
 * otherwise cost a system call here and a wake-up on the other side.
 */
export const createGathering = (stream: Writable): (() => void) => {
  let isGathering = false;
  return () => {
    if (isGathering) return;
    isGathering = true;
    stream.cork();
    process.nextTick(() => {
      isGathering = false;
      stream.uncork();
    });
  };
};

/** A socket for a client that writes every message by itself. */
export class GatheringSocket extends Socket {
  readonly #gather = createGathering(this);

  override connect(...args: unknown[]): this {
    super.connect(...(args as Parameters<Socket['connect']>));
    // Connecting sets the socket's own `write` to the plain one, which would hide ours.
    Reflect.deleteProperty(this, 'write');
    return this;
  }

  override write(...args: unknown[]): boolean {
    this.#gather();
    return super.write(...(args as Parameters<Socket['write']>));
  }
}
