import { UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { ofTheMachine } from '../../../testing/signed-in.ts';
import { createServiceTokens } from './service-tokens.ts';

const issuer = 'https://issuer.example';
const endsAt = new Date('2026-01-01T00:00:00Z');

test('a token has its tolerance left too: who waits for its end does not ask before that', async () => {
  const claims = { iss: issuer, sub: 'ci', exp: endsAt.getTime() / 1_000 };
  const tokens = createServiceTokens(
    [
      {
        ...{ issuer, tenant: 'acme', services: [{ claims: { sub: 'ci' }, principal: 'pipeline' }] },
        tokens: { clockToleranceMs: 5_000, verify: () => Promise.resolve(claims) },
      },
    ],
    {
      findProgram: () =>
        Promise.resolve({
          ...{ ...ofTheMachine, id: 'id', tenantId: 'acme', name: 'pipeline' },
          ...{ type: 'SERVICE', roles: ['SUBMITTER'] },
        }),
    },
    { now: () => endsAt },
  );
  const found = await tokens.findAuthenticated(new UnsecuredJWT(claims).encode());
  expect(found?.remainingMs).toBe(5_000);
});
