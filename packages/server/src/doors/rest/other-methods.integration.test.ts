import { afterAll, beforeAll, expect, test } from 'vitest';
import { shippedPolicyData } from '../../../testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../../testing/rest-world.ts';

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld((home) => shippedPolicyData(home, {}));
});
afterAll(() => world[Symbol.asyncDispose]());

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Every address of the document, with an id that nobody has, and those of other doors. */
const addresses = (): ReadonlyMap<string, readonly string[]> => {
  const documented = Object.entries(world.document.paths).map(([path, operations]): [string, string[]] => [
    path.replaceAll(/\{\w+\}/g, crypto.randomUUID()),
    Object.keys(operations).map((method) => method.toUpperCase()),
  ]);
  return new Map<string, readonly string[]>([
    ...documented,
    ['/mcp', ['POST']],
    ['/graphql', ['GET', 'POST']],
    ['/session', ['POST', 'DELETE']],
    ['/livez', ['GET']],
    ['/openapi.json', ['GET']],
    ['/schema.graphql', ['GET']],
  ]);
};

const send = async (method: string, path: string) => {
  const response = await fetch(`${world.app.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${world.admin.key}`, 'x-tenant-id': world.tenantId },
  });
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
};

test('an address that is there says which methods it takes, and another is refused with them', async () => {
  const wrong: string[] = [];
  for (const [path, taken] of addresses()) {
    const allowed = new Set([...taken, ...(taken.includes('GET') && path !== '/graphql' ? ['HEAD'] : [])]);
    for (const method of methods) {
      if (allowed.has(method)) continue;
      const { status, headers, text } = await send(method, path);
      const told = new Set((headers.get('allow') ?? '').split(', '));
      const isRight =
        status === (method === 'OPTIONS' ? 204 : 405) &&
        [...allowed, 'OPTIONS'].every((each) => told.has(each)) &&
        told.size === allowed.size + 1 &&
        (method === 'OPTIONS' || method === 'HEAD' ? text === '' : text.includes(`${method} is no method`));
      if (!isRight) wrong.push(`${method} ${path}: ${status} ${headers.get('allow') ?? ''} ${text}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('HEAD says what GET would, without a body, and ends', async () => {
  const gets = [...addresses()].filter(([path, taken]) => taken.includes('GET') && path !== '/graphql');
  expect(gets.length).toBeGreaterThan(15);
  for (const [path] of gets) {
    const head = await send('HEAD', path);
    expect(head.text, path).toBe('');
    // A stream has no end to wait for.
    if (head.headers.get('content-type')?.startsWith('text/event-stream')) {
      expect(head.status).toBe(200);
      continue;
    }
    expect(head.status, path).toBe((await send('GET', path)).status);
  }
});

test('an error is told in the form of its family', async () => {
  const own = await send('DELETE', '/tasks');
  expect(own.headers.get('content-type')).toContain('application/problem+json');
  expect(JSON.parse(own.text)).toMatchObject({
    status: 405,
    detail: 'DELETE is no method of this address: it takes POST, GET, HEAD.',
  });
  const action = await send('POST', '/api/actions/recent');
  expect(JSON.parse(action.text)).toMatchObject({ error: { platform: 'countersign' } });
});

test('where nothing is, there is no method either', async () => {
  for (const method of methods) expect((await send(method, '/api/nothing')).status).toBe(404);
});
