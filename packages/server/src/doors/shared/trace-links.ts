import { isKeptTrace, traceIdOf } from '../../infra/tracing.ts';

/** Where people look at the trace of a W3C trace context; null where nobody said, or it is not kept. */
export type LinkToTrace = (traceparent: string | null) => string | null;

/** As the configuration says now. */
export const traceLinks =
  (now: () => { readonly tracing: { readonly link: string | null } }): LinkToTrace =>
  (traceparent) => {
    const { link } = now().tracing;
    const traceId = traceIdOf(traceparent);
    if (link === null || traceparent === null || traceId === null || !isKeptTrace(traceparent)) return null;
    return link.replaceAll('{traceId}', traceId);
  };
