import type { FastifyRequest } from 'fastify';

/** W3C Trace Context: version, trace, parent and flags; all zeros name nothing. */
const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Of a caller's trace; null where it sent none. Anything else stands for none: it goes into every event of a task. */
export const traceparentOf = ({ headers: { traceparent } }: FastifyRequest): string | null =>
  typeof traceparent === 'string' && form.test(traceparent) ? traceparent : null;
