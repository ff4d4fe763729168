/** Headers that callers may set by default: none of them changes what a request does. */
export const harmlessHeaders = [
  'accept',
  'accept-charset',
  'accept-language',
  'cache-control',
  'content-disposition',
  'content-language',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-correlation-id',
  'x-request-id',
] as const;

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

/** Many servers hand headers on as variables, in which these are one and the same. */
const folded = (name: string): string => name.toLowerCase().replaceAll(/[_.]/g, '-');

const isHeaderName = (name: string): boolean => /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/i.test(name);

const forbidden = (name: string): string | null => {
  if (!isHeaderName(name)) return 'This is not the name of a header.';
  const known = folded(name);
  if (reservedHeaders.has(known) || known.startsWith('proxy-'))
    return 'This header is set by the client itself.';
  return methodHeaders.has(known) ? 'Give the method in "method".' : null;
};

/** Whether configuration may let callers set this header. A star, which may be in a name, would be taken for all of them. */
export const isAllowableHeader = (name: string): boolean =>
  !name.includes('*') && forbidden(name) === null && !credentialHeaders.has(folded(name));

/**
 * Why a caller may not set this header, or null. What a header can do to a request is for the platform to say, so
 * those that callers may set are the exception. Of a secret the caller does not choose the value, only where it goes.
 */
export const headerNameFault = (
  name: string,
  isSecret: boolean,
  allowed: ReadonlySet<string>,
): string | null => {
  const fault = forbidden(name);
  if (fault !== null || isSecret) return fault;
  if (credentialHeaders.has(folded(name))) return 'Give a configured secret by name in "secretHeaders".';
  if (allowed.has(name.toLowerCase())) return null;
  return `This header might change what the request does. Allowed are ${[...allowed].join(', ')}; "allowedHeaders" in config.json allows more.`;
};
