import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TaskInput } from '../../testing/people.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';

let world: World;
let origin: string;
let calls: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => {
  calls.push(`${request.method} ${request.url}`);
  request.resume();
  answer(request, response);
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // What these look at is the answers, not the breaker that so many of them would open.
  const http = { breaker: { opensAt: 1_000_000, probeAfterMs: 1_000 } };
  world = await createWorld({ guards: { http } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  calls = [];
});

const aRequest = (method: string, more: object = {}): TaskInput => ({
  goal: `${method} it`,
  actions: [{ type: 'http.request', params: { method, url: `${origin}/things` } }],
  retry: { maxRetries: 3, initialDelayMs: 1, maxDelayMs: 5 },
  ...more,
});
const runs = async (input: TaskInput, ...ends: Task['status'][]): Promise<Task> => {
  const task = await world.agent.submits(input);
  if (task.status === 'AWAITING_APPROVAL') await world.approver.approves(task);
  return world.reaches(task, ...ends);
};
const recordOf = async ({ id }: Task) => {
  const [step] = await world.owner.query<{ state: string; error: object | null }>(
    'SELECT state, error FROM step WHERE task_id = $1',
    [id],
  );
  const [effect] = await world.owner.query<{ state: string; error: object | null }>(
    'SELECT state, error FROM effect WHERE task_id = $1',
    [id],
  );
  return { step, effect };
};

describe('an answer that proves nothing done', () => {
  test.each([
    ['POST', 300, 'FAILED'],
    ['POST', 304, 'FAILED'],
    ['POST', 307, 'FAILED'],
    ['POST', 412, 'FAILED'],
    ['POST', 428, 'FAILED'],
    ['POST', 301, 'NEEDS_ATTENTION'],
    ['DELETE', 301, 'NEEDS_ATTENTION'],
    ['PUT', 302, 'NEEDS_ATTENTION'],
    ['POST', 408, 'NEEDS_ATTENTION'],
    ['POST', 500, 'NEEDS_ATTENTION'],
  ] as const)('%s answered %i is called once and ends %s', async (method, status, end) => {
    answer = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end();
    const task = await runs(aRequest(method), end);
    expect(calls).toEqual([`${method} /things`]);
    const { step, effect } = await recordOf(task);
    expect({ step: step?.state, effect: effect?.state }).toEqual(
      end === 'FAILED' ? { step: 'FAILED', effect: 'FAILED' } : { step: end, effect: 'UNKNOWN' },
    );
    if (end === 'FAILED') return;
    for (const error of [task.error, step?.error, effect?.error]) {
      expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    }
    const events = await world.historyOf(task);
    const codes = events.flatMap(({ data }) => ('code' in data ? [data.code] : []));
    expect(new Set(codes)).toEqual(new Set(['OUTCOME_UNKNOWN']));
  });

  test.each(['GET', 'POST'])('%s answered 412 is nobody’s drift: one call, one plan', async (method) => {
    answer = (_, response) => response.writeHead(412).end();
    const retry = { maxRetries: 0 };
    const task = await runs(aRequest(method, { retry }), 'FAILED');
    expect(calls).toEqual([`${method} /things`]);
    expect(task).toMatchObject({ revision: 1, error: { code: 'PLATFORM_CONFLICT' } });
  });

  test('a platform that is cut off leaves the outcome unknown', async () => {
    answer = (request) => request.socket.destroy();
    const task = await runs(aRequest('POST'), 'NEEDS_ATTENTION');
    expect(task.error).toMatchObject({ code: 'OUTCOME_UNKNOWN', details: { cause: 'NETWORK_ERROR' } });
  });
});

test('a target that moves under every plan is planned anew as often as the task may be tried', async () => {
  const resource = 'moving';
  await world.ledger.behaves({ failures: [{ kind: 'STATUS', status: 412, when: 'BEFORE', times: 50 }] });
  const task = await world.agent.submits({
    goal: 'Append to it',
    actions: [{ type: 'ledger.versioned', params: { resource, value: 1 } }],
    retry: { maxRetries: 2, initialDelayMs: 1 },
  });
  const { revision, error } = await world.reaches(task, 'FAILED');
  expect({ revision, error }).toMatchObject({ revision: 3, error: { code: 'PRECONDITION_FAILED' } });
  expect((await world.ledger.behaves({})).failures).toMatchObject([{ times: 47 }]);
  await world.ledger.behaves({ failures: [] });
});

test('what a platform does not show at once is looked for again before a person is asked', async () => {
  let looks = 0;
  answer = (request, response) => {
    if (request.method === 'POST') response.writeHead(201, { location: '/things/1' }).end();
    else response.writeHead((looks += 1) > 2 ? 200 : 404).end();
  };
  await runs(aRequest('POST'), 'SUCCEEDED');
  expect(calls).toEqual(['POST /things', 'GET /things/1', 'GET /things/1', 'GET /things/1']);
});

test('of two times to wait, the longer one is waited for', async () => {
  let count = 0;
  answer = (_, response) => {
    if ((count += 1) > 1) response.end();
    else
      response
        .writeHead(
          429,
          [
            ['retry-after', '1'],
            ['Retry-After', '2'],
          ].flat(),
        )
        .end();
  };
  const startedAt = performance.now();
  await runs(aRequest('POST'), 'SUCCEEDED');
  expect(performance.now() - startedAt).toBeGreaterThan(2_000);
  expect(calls).toHaveLength(2);
});

test('a task of which one part is done is not to be asked for again as it is', async () => {
  answer = (request, response) => response.writeHead(request.method === 'PUT' ? 429 : 200).end();
  const url = `${origin}/things`;
  const task = await runs(
    {
      goal: 'Debit, then credit',
      actions: [
        { name: 'debit', type: 'http.request', params: { method: 'POST', url } },
        { name: 'credit', type: 'http.request', params: { method: 'PUT', url }, dependsOn: ['debit'] },
      ],
      retry: { maxRetries: 0 },
    },
    'FAILED',
  );
  expect(task.error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retriable: false, stepName: 'credit' });
});
