import { isIP } from 'node:net';
import { domainToUnicode } from 'node:url';

/**
 * Whether every reader takes this for the same host: a name, a dotted IPv4 address, or an IPv6 address in brackets. A
 * parser of URLs makes 8.0.0.1 of `010.0.0.1` and 0.0.0.1 of `1`, and has its own spelling for letters in circles.
 */
export const isPlainHost = (written: string): boolean => {
  if (!URL.canParse(`http://${written}/`)) return false;
  const host = withoutDot(new URL(`http://${written}/`).hostname);
  const asWritten = withoutDot(written).toLowerCase().normalize('NFC');
  if (host.startsWith('[')) return asWritten.startsWith('[');
  return isNamed(host) && (asWritten === host || asWritten === domainToUnicode(host));
};

const withoutDot = (host: string): string => host.replace(/\.$/, '');
const isNamed = (host: string): boolean => /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host);

/** A name, or an address without brackets, and no port. */
export const isHostAlone = (text: string): boolean =>
  isIP(text) !== 0 || (!text.includes('[') && isPlainHost(text));

const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:@]*)(?::\d+)?(\/[^?#]*)?(?:[?#].*)?$/i;

/** Whether a URL is used as it is written: a parser mends what is odd, and so goes elsewhere. */
export const isPlainUrl = (text: string): boolean => {
  const [, host = '', path = ''] = url.exec(text) ?? [];
  return !/[\s\\\p{Cc}]/u.test(text) && isPlainHost(host) && !/\/(\.|%2e){1,2}(\/|$)/i.test(path);
};
