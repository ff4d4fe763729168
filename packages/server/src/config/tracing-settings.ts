import { z } from 'zod';
import { hasOnly, keepsSecrets, urlSchema } from '../infra/url-schema.ts';

/** Where spans go: the part of the configuration about traces. */

const headerName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be the name of a header');

export const tracingSettings = {
  tracing: z
    .strictObject({
      endpoint: urlSchema('http:', 'https:')
        .refine((text) => hasOnly(text, 'path'), 'must have no query, no fragment and no user')
        .optional()
        .describe(
          'Collector that takes OTLP over HTTP, such as http://localhost:4318: spans are sent to /v1/traces below it. Default: nothing is traced.',
        ),
      headers: z
        .record(headerName, z.string().min(1).max(1_024))
        .default({})
        .describe('Headers that the collector wants, no secrets among them.'),
      secretHeaders: z
        .record(headerName, z.string().min(1))
        .default({})
        .describe('Headers that hold a secret, each with the name of the secret that is its whole value.'),
      sampleRatio: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe(
          'The share of traces begun here that is kept. Where a caller began it, the caller decides.',
        ),
      link: z
        .string()
        .max(1_024)
        .refine(
          (text) =>
            text.includes('{traceId}') &&
            /^https?:/.test(text) &&
            URL.canParse(text.replaceAll('{traceId}', '0')),
          'must be a URL with {traceId} in it',
        )
        .optional()
        .describe('Where people look at a trace, with {traceId} in its place: the console links to it.'),
    })
    .refine(
      ({ endpoint, secretHeaders }) =>
        endpoint === undefined || Object.keys(secretHeaders).length === 0 || keepsSecrets(endpoint),
      { path: ['endpoint'], message: 'must be https, or on this machine, where a secret is sent there' },
    )
    .prefault({})
    .describe('What OpenTelemetry is told.'),
};

type TracingFile = z.output<z.ZodObject<typeof tracingSettings>>;

export interface TracingConfig {
  /** Null where nothing is traced. */
  readonly endpoint: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly sampleRatio: number;
  readonly link: string | null;
}

export const tracingSecrets = ({ tracing }: TracingFile): readonly string[] =>
  Object.values(tracing.secretHeaders);

export const tracingOf = (
  { tracing: { endpoint, headers, secretHeaders, sampleRatio, link } }: TracingFile,
  secrets: Readonly<Record<string, { readonly value: string }>>,
): TracingConfig => ({
  endpoint: endpoint ?? null,
  headers: {
    ...headers,
    ...Object.fromEntries(
      Object.entries(secretHeaders).flatMap(([header, name]) => {
        const value = secrets[name]?.value;
        return value === undefined ? [] : [[header, value]];
      }),
    ),
  },
  sampleRatio,
  link: link ?? null,
});
