import { z } from 'zod';
import { isPlainUrl } from './plain-host.ts';

const portFrom = (least: number) =>
  z
    .int({ error: `must be a whole number from ${least} to 65535` })
    .min(least)
    .max(65_535);
/** Of somebody else. */
export const portSchema = portFrom(1);
/** To listen at; 0 for any that is free. */
export const listenPortSchema = portFrom(0);

/** A URL of one of these protocols: `https:`. */
export const urlSchema = (...protocols: string[]) =>
  anyUrlSchema(...protocols).refine(
    (text) => !URL.canParse(text) || isPlainUrl(text),
    'must be written as it is used: a name, a dotted address or one in brackets after ://, no blanks, no /../',
  );
/** As drivers take it, which read more than a host there. */
export const anyUrlSchema = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** Nothing of it may be cut off when it is used, or it would mean more than it says. */
export const hasOnly = (text: string, ...allowed: ('path' | 'query')[]): boolean => {
  if (!URL.canParse(text)) return true;
  const { username, password, pathname } = new URL(text);
  return (
    username + password === '' &&
    !text.includes('#') &&
    (allowed.includes('path') || pathname === '/') &&
    (allowed.includes('query') || !text.includes('?'))
  );
};
/** `https://HOST` or `https://HOST:PORT`, in its one spelling. */
export const originSchema = urlSchema('http:', 'https:')
  .refine(
    (text) => hasOnly(text) && !isRooted(text),
    'must be an origin alone: https://HOST or https://HOST:PORT, without a path, a query or a user',
  )
  .transform((text) => (URL.canParse(text) ? new URL(text).origin : text));

/** A dot at the end of a host is the same host to a resolver, and another to whoever compares origins. */
const isRooted = (text: string): boolean => URL.canParse(text) && new URL(text).hostname.endsWith('.');

/** Whether what is sent there is read by nobody on the way: it is encrypted, or stays on this machine. */
export const keepsSecrets = (text: string): boolean => {
  if (!URL.canParse(text)) return true;
  const { protocol, hostname } = new URL(text);
  if (protocol !== 'http:') return true;
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
};
