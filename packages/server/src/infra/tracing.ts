import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
} from '@opentelemetry/api';

/**
 * Spans by hand, through OpenTelemetry's API alone. Until `startTracing` has put an SDK behind it, all of this does
 * nothing and costs next to nothing.
 */

export type { Attributes, Span } from '@opentelemetry/api';

export interface SpanSettings {
  /** Default INTERNAL. */
  readonly kind?: keyof typeof SpanKind;
  /** W3C trace context of the parent, null for none; left out, the parent is the span that is open here. */
  readonly parent?: string | null;
  readonly attributes?: Attributes;
  /** Default: now. */
  readonly startTime?: Date;
}

const tracer = trace.getTracer('countersign');

const contextOf = ({ parent }: SpanSettings): Context => {
  if (parent === undefined) return context.active();
  return parent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
};

const optionsOf = ({ kind = 'INTERNAL', attributes = {}, startTime }: SpanSettings) => ({
  kind: SpanKind[kind],
  attributes,
  ...(startTime && { startTime }),
});

/** Does the work within a span, which ends with it. What is thrown marks it as failed, with its code or the name of its class. */
export const inSpan = <Value>(
  name: string,
  settings: SpanSettings,
  work: (span: Span) => Promise<Value>,
): Promise<Value> =>
  tracer.startActiveSpan(name, optionsOf(settings), contextOf(settings), async (span) => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, typeOfError(error));
      throw error;
    } finally {
      span.end();
    }
  });

const typeOfError = (error: unknown): string => {
  if (!(error instanceof Error)) return 'Error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

/** The same where a span is open here already; otherwise the work alone. */
export const inSpanOfTrace = <Value>(
  name: string,
  settings: Omit<SpanSettings, 'parent'>,
  work: (span: Span | null) => Promise<Value>,
): Promise<Value> => (trace.getActiveSpan() ? inSpan(name, settings, work) : work(null));

/** Puts down what went on until now, such as a wait that nobody held a span open for; linked to the span here. */
export const putDownSpan = (
  name: string,
  settings: SpanSettings & { readonly parent: string | null; readonly startTime: Date },
): void => {
  if (settings.parent === null) return;
  const here = trace.getActiveSpan();
  const links: Link[] = here ? [{ context: here.spanContext() }] : [];
  tracer.startSpan(name, { ...optionsOf(settings), links }, contextOf(settings)).end();
};

/** By a code of the catalogue, or the name of an exception: never by its words, which may hold anything. */
export const markFailed = (span: Span, code: string): void => {
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR });
};

/** For whoever goes on elsewhere: the W3C trace context of a span; null while nothing is traced. */
export const traceparentOfSpan = (span: Span): string | null => {
  const carried: { traceparent?: string } = {};
  propagation.inject(trace.setSpan(ROOT_CONTEXT, span), carried);
  return carried.traceparent ?? null;
};

/** What an outgoing request says of the span that is open here. */
export const traceHeaders = (): Readonly<Record<string, string>> => {
  const carried: Record<string, string> = {};
  propagation.inject(context.active(), carried);
  return carried;
};

/** The ids of the span that is open here; null where there is none. */
export const openSpanIds = (): { readonly traceId: string; readonly spanId: string } | null => {
  const open = trace.getActiveSpan()?.spanContext();
  return open ? { traceId: open.traceId, spanId: open.spanId } : null;
};

/** The trace that a W3C trace context is of. */
export const traceIdOf = (traceparent: string | null): string | null => traceparent?.slice(3, 35) ?? null;

/** Whether whoever began the trace has it kept: others may have no spans of it. */
export const isKeptTrace = (traceparent: string): boolean =>
  (Number.parseInt(traceparent.slice(53, 55), 16) & 1) === 1;
