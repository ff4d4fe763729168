import { expect, test } from 'vitest';
import { inSpan, inSpanOfTrace, openSpanIds, traceHeaders, traceparentOfSpan } from './tracing.ts';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('where nothing is traced, work is done, and nobody is told of any trace', async () => {
  const seen = await inSpan('work', { parent }, async (span) => [
    traceparentOfSpan(span),
    traceHeaders(),
    openSpanIds(),
    await inSpanOfTrace('more', {}, (inner) => Promise.resolve(inner)),
  ]);
  expect(seen).toEqual([null, {}, null, null]);
});

test('what is thrown is thrown', async () => {
  const fault = new Error('no');
  await expect(inSpan('work', {}, () => Promise.reject(fault))).rejects.toBe(fault);
});
