import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usualTimeOf } from '../../../testing/event-loop.ts';
import { faultsOfAnswer } from '../../../testing/graphql-abuse/answers.ts';
import { abusiveDocuments } from '../../../testing/graphql-abuse/corpus.ts';
import { mutantOf } from '../../../testing/graphql-abuse/mutants.ts';
import { ask, startTestServer, type TestServer } from '../../../testing/http-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (let warmUp = 0; warmUp < 20; warmUp += 1) await ask(server.url, `{ w${warmUp}: viewerName }`);
});
afterAll(() => server[Symbol.asyncDispose]());

const mutants = 7_000;
const mostMs = 250;

describe(`documents that mean harm (${abusiveDocuments.length})`, () => {
  /** Of the processor, ours as the client's included: a busy machine makes anything slow. */
  const processorTime = (document: string): Promise<number> =>
    usualTimeOf(async () => {
      const answer = await ask(server.url, document);
      expect(faultsOfAnswer(answer, document)).toEqual([]);
    });

  it.each(abusiveDocuments)('get a quick and quiet answer: %s', async (_, document) => {
    // Twice, because the first may pay for what was left behind by others.
    expect(Math.min(await processorTime(document), await processorTime(document))).toBeLessThan(mostMs);
  });

  it(`are not found by mutating good ones: ${mutants} mutants`, async () => {
    const good = [
      'query ($n: String) { greeting(name: $n) node { id friends { id } } }',
      'query Q($n: Boolean = true, $f: Filter) { a: count(filter: $f) ...F @include(if: $n) } fragment F on Query { node { child { id } } }',
      '{ count(filter: { unit: MINUTES, text: """a "block" string""" }) required(id: "1") __typename }',
      'mutation { write(text: "x") }',
      'subscription { ticks(count: 3) }',
      '{ __type(name: "Node") { fields { name type { ofType { name } } } } }',
    ];
    const property = fc.asyncProperty(mutantOf(good), async (mutant) => {
      expect(faultsOfAnswer(await ask(server.url, mutant), mutant)).toEqual([]);
    });
    await fc.assert(property, { numRuns: mutants });
  }, 120_000);

  it('leave the server as well as before', async () => {
    expect(await ask(server.url, '{ viewerName }')).toMatchObject({
      status: 200,
      body: { data: { viewerName: 'admin' } },
    });
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(server.log.filter((line) => line.includes('failed unexpectedly'))).toEqual([]);
  });
});
