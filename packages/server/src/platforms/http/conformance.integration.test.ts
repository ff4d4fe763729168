import { describe, test } from 'vitest';
import {
  createPlatformWorld,
  fallingSilent,
  lying,
  platformFailures,
  unreachable,
} from '../../../testing/platform-world.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createHttpRequest } from './http-request.ts';

describe('http.request that writes', () => {
  const cases = conformanceCases({
    createWorld: async () => {
      const world = await createPlatformWorld();
      const { url } = world.platform;
      return {
        ...world,
        executor: createHttpRequest({ secrets: createSecrets({}), idempotentOrigins: [url] }),
        params: { method: 'POST', url: `${url}/effects`, body: { resource: 'invoice', value: 7 } },
      };
    },
    effectsPerApply: 1,
    // What a URL stands for has no version that a request of any kind could be held to.
    drift: null,
    lie: { when: 'BEFORE_APPLY', arrange: lying },
    // What a URL shows of a write, and when, nobody knows.
    lateRead: null,
    stall: fallingSilent,
    failures: [...platformFailures, unreachable],
  });
  for (const { name, run } of cases) test(name, run);
});

describe('http.request that reads', () => {
  const cases = conformanceCases({
    createWorld: async () => {
      const world = await createPlatformWorld();
      const params = { method: 'GET', url: `${world.platform.url}/ledger` };
      return { ...world, executor: createHttpRequest({ secrets: createSecrets({}) }), params };
    },
    effectsPerApply: 0,
    drift: null,
    // What a read answers is all that it says.
    lie: null,
    lateRead: null,
    stall: null,
    failures: [unreachable],
  });
  for (const { name, run } of cases) test(name, run);
});
