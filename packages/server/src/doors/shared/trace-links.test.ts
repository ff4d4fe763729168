import { expect, test } from 'vitest';
import { traceLinks } from './trace-links.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const linkTo = (link: string | null) => traceLinks(() => ({ tracing: { link } }));
const of = (flags: string) => `00-${traceId}-b7ad6b7169203331-${flags}`;

test('a link to a trace that is kept, and to no other', () => {
  const link = linkTo('https://traces/{traceId}?from={traceId}');
  expect(link(of('01'))).toBe(`https://traces/${traceId}?from=${traceId}`);
  expect(link(of('00'))).toBeNull();
  expect(link(null)).toBeNull();
  expect(linkTo(null)(of('01'))).toBeNull();
});
