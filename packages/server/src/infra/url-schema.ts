import { z } from 'zod';

const isPort = (number: number): boolean => Number.isInteger(number) && number >= 0 && number <= 65_535;
const portRule = 'must be a whole number from 0 to 65535';
export const portSchema = z.coerce.number({ error: portRule }).refine(isPort, portRule);
/** A URL of one of these protocols: `https:`. */
export const urlSchema = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** Nothing of it may be cut off when it is used, or it would mean more than it says. */
export const hasOnly = (text: string, ...allowed: ('path' | 'query')[]): boolean => {
  if (!URL.canParse(text)) return true;
  const { username, password, pathname, hostname } = new URL(text);
  return (
    username + password === '' &&
    !hostname.includes('*') &&
    !/[\s#\\]/.test(text) &&
    (allowed.includes('path') || pathname === '/') &&
    (allowed.includes('query') || !text.includes('?'))
  );
};
/** `https://HOST` or `https://HOST:PORT`, in its one spelling. */
export const originSchema = urlSchema('http:', 'https:')
  .refine(
    (text) => hasOnly(text),
    'must be an origin alone: https://HOST or https://HOST:PORT, without a path, a query or a user',
  )
  .transform((text) => (URL.canParse(text) ? new URL(text).origin : text));

/** Whether what is sent there is read by nobody on the way: it is encrypted, or stays on this machine. */
export const keepsSecrets = (text: string): boolean => {
  if (!URL.canParse(text)) return true;
  const { protocol, hostname } = new URL(text);
  if (protocol !== 'http:') return true;
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
};
