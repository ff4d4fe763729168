import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { headerNameFault } from './request-headers.ts';

const maxUrlLength = 4_096;
const maxBodyBytes = 900_000;
const maxHeaders = 50;
const maxHeaderLength = 4_096;

export const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Longer lists are refused before their items are looked at. */
const fewEnough = <Headers extends z.ZodType>(headers: Headers) =>
  z.preprocess((value, context) => {
    if (typeof value !== 'object' || value === null || Object.keys(value).length <= maxHeaders) return value;
    context.addIssue({ code: 'custom', message: `At most ${maxHeaders} headers.` });
    return z.NEVER;
  }, headers);

const headers = (isSecret: boolean, allowed: ReadonlySet<string>, value: z.ZodString) =>
  z.record(z.string(), value).superRefine((given, context) => {
    const seen = new Set<string>();
    for (const name of Object.keys(given)) {
      const isRepeated = seen.has(name.toLowerCase());
      seen.add(name.toLowerCase());
      const message = isRepeated ? 'This header is given twice.' : headerNameFault(name, isSecret, allowed);
      if (message) context.addIssue({ code: 'custom', path: [name], message });
    }
  });

const headerValue = z
  .string()
  .max(maxHeaderLength)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'Must be one line of Latin-1 text.');

const body: z.ZodType<Json> = z.json().superRefine((value, context) => {
  const bytes = Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
  if (bytes > maxBodyBytes) {
    context.addIssue({ code: 'custom', message: `Must not be larger than ${maxBodyBytes} bytes.` });
  }
});

/** `allowed`: in lower case, the headers that callers may set. */
export const createHttpRequestInput = (allowed: ReadonlySet<string>) =>
  z
    .strictObject({
      method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
      url: z.string().min(1).max(maxUrlLength).describe('An http or https URL without credentials'),
      headers: fewEnough(headers(false, allowed, headerValue))
        .default({})
        .describe(`Header name → value. Allowed are ${[...allowed].join(', ')}`),
      body: body.optional().describe('Text as it is, or any other JSON value, sent as JSON'),
      secretHeaders: fewEnough(headers(true, allowed, z.string().min(1).max(100)))
        .default({})
        .describe(
          'Header name → name of a configured secret; its value is looked up only when the request is sent',
        ),
    })
    .superRefine(({ method, body: given, headers: plain, secretHeaders }, context) => {
      if (readMethods.has(method) && given !== undefined) {
        context.addIssue({ code: 'custom', path: ['body'], message: `A ${method} request has no body.` });
      }
      const plainNames = new Set(Object.keys(plain).map((name) => name.toLowerCase()));
      for (const name of Object.keys(secretHeaders)) {
        if (plainNames.has(name.toLowerCase())) {
          context.addIssue({
            code: 'custom',
            path: ['secretHeaders', name],
            message: 'Given in "headers" too.',
          });
        }
      }
    })
    .meta({
      examples: [
        {
          method: 'POST',
          url: 'https://hooks.example.com/deploys',
          body: { service: 'web', version: '1.4.2' },
        },
      ],
    });
export type HttpRequestInput = z.infer<ReturnType<typeof createHttpRequestInput>>;
