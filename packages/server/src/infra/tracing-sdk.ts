import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Span,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { endsWithin } from './ending-stack.ts';
import type { Logger } from './logger.ts';
import type { Redactor } from './redaction.ts';

export interface TracingSettings {
  /** Spans are sent to `/v1/traces` below it. */
  readonly endpoint: string;
  /** Sent along; asked for at each sending. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** The share of traces that begin here and are kept. Of others their caller has decided. */
  readonly sampleRatio: number;
  readonly version: string;
  /** One of a kind among processes. */
  readonly instance: string;
  readonly redactor: Pick<Redactor, 'text'>;
  readonly logger: Logger;
}

/** Finished spans that wait to be sent. Beyond it they are dropped: work never waits for a collector. */
const mostWaiting = 4_096;
const sendEveryMs = 1_000;
const sendTimeoutMs = 2_000;
const lastSendingMs = 1_000;
const complainEveryMs = 60_000;

/** Puts an SDK behind the API of OpenTelemetry, for this process. Disposing sends what waits, for a second at most. */
export const startTracing = (settings: TracingSettings): AsyncDisposable => {
  const { sampleRatio, version, instance, redactor } = settings;
  complainTo(settings.logger);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'countersign',
      'service.version': version,
      'service.instance.id': instance,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanLimits: { attributeCountLimit: 32, attributeValueLengthLimit: 512 },
    spanProcessors: [withoutSecrets(redactor), sending(settings)],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    async [Symbol.asyncDispose]() {
      for (const api of [trace, context, propagation]) api.disable();
      await endsWithin(lastSendingMs, provider.shutdown());
    },
  };
};

const sending = ({ endpoint, headers }: TracingSettings): SpanProcessor =>
  new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({
      url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
      headers: () => Promise.resolve({ ...headers() }),
      timeoutMillis: sendTimeoutMs,
    }),
    maxQueueSize: mostWaiting,
    scheduledDelayMillis: sendEveryMs,
    exportTimeoutMillis: sendTimeoutMs,
  });

/** A collector that is away is worth a line a minute. */
const complainTo = (logger: Logger): void => {
  let mayAgainAt = 0;
  setGlobalErrorHandler((error) => {
    if (performance.now() < mayAgainAt) return;
    mayAgainAt = performance.now() + complainEveryMs;
    logger.warn({ err: error }, 'spans could not be sent: the traces of this time have gaps');
  });
};

/** Attributes are ids and names of ours; whatever else comes into one holds no secret that we know of. */
const withoutSecrets = ({ text }: Pick<Redactor, 'text'>): SpanProcessor => ({
  onStart: () => undefined,
  onEnding(span: Span & { readonly attributes?: unknown }) {
    for (const [name, value] of Object.entries(span.attributes ?? {})) {
      if (typeof value === 'string') span.setAttribute(name, text(value));
      if (Array.isArray(value))
        span.setAttribute(
          name,
          value.map((each) => text(String(each))),
        );
    }
  },
  onEnd: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
});
