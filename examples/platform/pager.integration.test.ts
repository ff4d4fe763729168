import {
  conformanceCases,
  createEgress,
  createSecrets,
  fallingSilent,
  jsonBody,
  lying,
  platformFailures,
  platformKit,
  platformToolsWith,
  startEmulator,
  unreachable,
  type Emulated,
} from '@countersign/server/platform-testing';
import { test } from 'vitest';
import makePager from './pager.ts';

interface Pager {
  readonly incidents: { readonly id: string; readonly key: string; readonly title: string; state: string }[];
}

const token = 'token-of-the-pager';

/** The pager's API, as far as the example speaks it. */
const emulated = (): Emulated<Pager> => ({
  state: { incidents: [] },
  errorOf: (status, retryAfter) => ({
    status,
    body: { error: `status ${status}` },
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  }),
  objects: ({ incidents }) =>
    incidents.map(({ id, title, state }) => ({ kind: 'incident', id, name: title, state: { state } })),
  handle: ({ incidents }, request) => {
    if (request.headers.authorization !== `Bearer ${token}`)
      return { status: 401, body: { error: 'unauthorized' } };
    if (request.method === 'GET' && request.path === '/incidents') {
      return {
        status: 200,
        body: { incidents: incidents.filter(({ key }) => key === request.query.get('key')) },
      };
    }
    const body = jsonBody(request) as { title: string; key: string };
    if (request.method === 'POST' && request.path === '/incidents') {
      const made = { id: `i${incidents.length + 1}`, key: body.key, title: body.title, state: 'open' };
      incidents.push(made);
      return { status: 201, body: made, wrote: `incident/${made.id}` };
    }
    const known = incidents.find(({ id }) => request.path === `/incidents/${id}`);
    if (!known) return { status: 404, body: { error: 'not found' } };
    if (request.method === 'GET') return { status: 200, body: known };
    known.state = 'resolved';
    return { status: 200, body: known, wrote: `incident/${known.id}` };
  },
});

const cases = conformanceCases({
  createWorld: async () => {
    const platform = await startEmulator(emulated());
    const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
    const pager = makePager(platformKit);
    const [executor] = pager.actions(
      { url: platform.url, tokenSecret: 'pager', services: ['shop'] },
      platformToolsWith(createSecrets({ pager: { value: token, origins: [] } })),
    );
    if (!executor) throw new Error('The pager has no action.');
    return {
      platform,
      egress,
      executor,
      params: { service: 'shop', title: 'Checkout is slow' },
      fingerprint: async () => platform.fingerprint(),
      received: () => platform.received,
      countEffects: async () => platform.state().incidents.length,
      // What was opened stays in the pager's history: undone is that nobody is called for it any more.
      restorable: async () =>
        String(platform.state().incidents.filter(({ state }) => state === 'open').length),
      [Symbol.asyncDispose]: async () => {
        await egress[Symbol.asyncDispose]();
        await platform[Symbol.asyncDispose]();
      },
    };
  },
  effectsPerApply: 1,
  // An incident that is opened depends on nothing that could move.
  drift: null,
  lie: { when: 'BEFORE_APPLY', arrange: lying },
  // What the pager was told, it finds at once.
  lateRead: null,
  stall: fallingSilent,
  failures: [...platformFailures, unreachable],
});

for (const { name, run } of cases) test(name, run);
