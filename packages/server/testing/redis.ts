import { inject } from 'vitest';

/** The Redis that all tests of the run share, with a key prefix of the caller's own: never flush it. */
export function sharedRedis(): { url: string; prefix: string } {
  return { url: inject('redisUrl'), prefix: `test-${crypto.randomUUID()}` };
}
