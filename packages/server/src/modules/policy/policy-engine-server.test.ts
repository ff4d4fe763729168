import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createPolicyEngine } from './policy-engine.ts';
import { policyInput } from './policy-input.ts';

const policiesDir = join(import.meta.dirname, '../../../../../policies');
const { settings } = JSON.parse(await readFile(join(policiesDir, 'data.json'), 'utf8')) as {
  settings: Record<string, object>;
};
/** It ends what hangs: the silent server of these. */
const timeoutMs = 3_000;

const input = policyInput({
  tenantId: 't1',
  requester: { type: 'AGENT', roles: ['SUBMITTER'], name: 'builder' },
  environment: 'DEVELOPMENT',
  mode: 'APPLY',
  priority: 'NORMAL',
  justification: null,
  risk: 'LOW',
  requiresApproval: false,
  steps: [],
});

const verdict = {
  deny: [{ rule: 'a.rule', message: 'No.' }],
  hard: [],
  require: [],
  autonomyLevel: 2,
  approval: {
    required: 1,
    stages: [],
    vetoGroups: [],
    mayEditorApprove: false,
    rememberRejectionMs: 0,
    expiresInMs: 1_000,
    undoWindowMs: 0,
    startWithinMs: 2_000,
    remindAfterMs: [],
    escalation: null,
  },
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const json = (value: unknown, status = 200): Answer => {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
};

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** An HTTP server that speaks OPA's REST API and answers decisions as the test says. */
const opaServer = async (routes: Record<string, Answer>): Promise<string> => {
  const all: Record<string, Answer> = {
    'GET /opa/v1/policies': json({ result: [{ id: 'main.rego', raw: 'package countersign' }] }),
    'GET /opa/v1/data/settings': json({ result: settings }),
    ...routes,
  };
  const server = createServer((request, response) => {
    (all[`${request.method} ${request.url}`] ?? json({}, 404))(request, response);
  }).listen(0, '127.0.0.1');
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/opa`;
};

const engineAt = (opaUrl: string) => createPolicyEngine({ bundleDir: '/nowhere', opaUrl, timeoutMs });

const deciding = async (answer: Answer) =>
  engineAt(await opaServer({ 'POST /opa/v1/data/countersign/decision': answer }));

describe('the policy engine with an OPA server', () => {
  it('asks the server with the input and takes its verdict', async () => {
    const bodies: string[] = [];
    const engine = await deciding((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => json({ result: verdict })(request, response));
    });
    expect(await engine.evaluate(input)).toEqual({
      kind: 'verdict',
      verdict,
      inputHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      bundleHash: engine.bundleHash(),
    });
    expect(JSON.parse(bodies.join(''))).toEqual({ input });
  });

  it('asks again each time, since the server may have new rules', async () => {
    let asked = 0;
    const engine = await deciding((request, response) => {
      asked += 1;
      json({ result: { ...verdict, autonomyLevel: asked } })(request, response);
    });
    await engine.evaluate(input);
    expect(await engine.evaluate(input)).toMatchObject({ verdict: { autonomyLevel: 2 } });
  });

  it.each<[string, Answer, RegExp]>([
    ['an undefined decision', json({}), /gave no answer/],
    ['an error status', json({ code: 'internal_error' }, 500), /status 500/],
    ['a verdict without a list', json({ result: { ...verdict, hard: undefined } }), /unknown shape \(hard: /],
    ['a verdict of another kind', json({ result: { allow: true } }), /unknown shape/],
    ['a level out of range', json({ result: { ...verdict, autonomyLevel: 5 } }), /autonomyLevel: /],
    ['a bare true', json({ result: true }), /unknown shape/],
    ['no JSON', (_request, response) => void response.end('<html>'), /engine failed/],
    ['silence', () => undefined, /did not answer within 3000 ms/],
    ['a cut connection', (request) => void request.socket.destroy(), /engine failed/],
    [
      'a redirect',
      (_request, response) => void response.writeHead(307, { location: '/opa/v1/policies' }).end(),
      /engine failed/,
    ],
  ])('answers %s with a fault', async (_name, answer, message) => {
    const engine = await deciding(answer);
    const evaluation = await engine.evaluate(input);
    expect(evaluation).toMatchObject({ kind: 'fault', message: expect.stringMatching(message) });
  });

  it('names the policies and the data of the server in the bundle hash', async () => {
    const hashOf = async (raw: string, maxBatchPercent: number): Promise<string> => {
      const data = { ...settings, production: { ...settings.production, maxBatchPercent } };
      const opaUrl = await opaServer({
        'GET /opa/v1/policies': json({ result: [{ id: 'main.rego', raw }] }),
        'GET /opa/v1/data/settings': json({ result: data }),
      });
      return (await engineAt(opaUrl)).bundleHash();
    };
    const hashes = [
      await hashOf('package a', 20),
      await hashOf('package a', 20),
      await hashOf('package b', 20),
      await hashOf('package a', 10),
    ];
    expect(hashes[1]).toBe(hashes[0]);
    expect(new Set(hashes).size).toBe(3);
  });

  it('names with each decision what the server held when it decided', async () => {
    let raw = 'package before';
    const routes = {
      'GET /opa/v1/policies': ((request, response) => {
        json({ result: [{ id: 'main.rego', raw }] })(request, response);
      }) satisfies Answer,
      'POST /opa/v1/data/countersign/decision': json({ result: verdict }),
    };
    const engine = await engineAt(await opaServer(routes));
    const before = await engine.evaluate(input);
    raw = 'package after';
    const after = await engine.evaluate(input);
    expect(after).toMatchObject({ kind: 'verdict', bundleHash: engine.bundleHash() });
    expect(after.bundleHash).not.toBe(before.bundleHash);
    raw = 'package before';
    expect(await engine.evaluate(input)).toEqual(before);
  });

  it('takes no verdict of rules that change under every question', async () => {
    let version = 0;
    const routes = {
      'GET /opa/v1/policies': ((request, response) => {
        version += 1;
        json({ result: [{ id: 'main.rego', raw: `package v${version}` }] })(request, response);
      }) satisfies Answer,
      'POST /opa/v1/data/countersign/decision': json({ result: verdict }),
    };
    const engine = await engineAt(await opaServer(routes));
    expect(await engine.evaluate(input)).toMatchObject({
      kind: 'fault',
      message: 'The rules of the OPA server changed while it decided.',
    });
  });

  it.each<[string, Record<string, Answer>, RegExp]>([
    ['without the settings', { 'GET /opa/v1/data/settings': json({}) }, /settings: /],
    ['that refuses', { 'GET /opa/v1/policies': json({}, 401) }, /v1\/policies answered with status 401/],
  ])('does not start with a server %s', async (_name, routes, message) => {
    await expect(engineAt(await opaServer(routes))).rejects.toThrow(message);
  });

  it('does not start where nobody listens', async () => {
    const opaUrl = await opaServer({});
    for (const stop of stops.splice(0)) stop();
    await expect(engineAt(opaUrl)).rejects.toThrow(
      /The OPA server at 127\.0\.0\.1:\d+ cannot decide: nothing listens there/,
    );
  });
});
