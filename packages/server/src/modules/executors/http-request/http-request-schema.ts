import { z } from 'zod';
import type { Json } from '../../../domain/json.ts';

const maxUrlLength = 4_096;
const maxBodyBytes = 900_000;
const maxHeaders = 50;
const maxHeaderLength = 4_096;

export const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Headers that frame the message or name the host: the client writes them itself. */
const reservedHeaders = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Some platforms take the method from these: what runs must be the method that was planned. */
const methodHeaders = new Set(['x-http-method', 'x-http-method-override', 'x-method-override']);
/** Headers whose values are credentials: a plan would show them to everybody. */
const credentialHeaders = new Set(['authorization', 'cookie', 'proxy-authorization']);

const headerNameFault = (name: string, isSecret: boolean): string | null => {
  const lower = name.toLowerCase();
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(lower)) return 'This is not the name of a header.';
  if (reservedHeaders.has(lower) || lower.startsWith('proxy-'))
    return 'This header is set by the client itself.';
  if (methodHeaders.has(lower)) return 'Give the method in "method".';
  if (!isSecret && credentialHeaders.has(lower))
    return 'Give a configured secret by name in "secretHeaders".';
  return null;
};

const headers = (isSecret: boolean, value: z.ZodString) =>
  z.record(z.string(), value).superRefine((given, context) => {
    const names = Object.keys(given);
    if (names.length > maxHeaders)
      context.addIssue({ code: 'custom', message: `At most ${maxHeaders} headers.` });
    const seen = new Set<string>();
    for (const name of names) {
      const isRepeated = seen.has(name.toLowerCase());
      seen.add(name.toLowerCase());
      const message = isRepeated ? 'This header is given twice.' : headerNameFault(name, isSecret);
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

export const httpRequestInput = z
  .strictObject({
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: z.string().min(1).max(maxUrlLength).describe('An http or https URL without credentials'),
    headers: headers(false, headerValue).default({}),
    body: body.optional().describe('Text as it is, or any other JSON value, sent as JSON'),
    secretHeaders: headers(true, z.string().min(1).max(100))
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
  });
export type HttpRequestInput = z.infer<typeof httpRequestInput>;
