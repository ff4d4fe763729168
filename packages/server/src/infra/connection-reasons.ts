import { getSystemErrorName } from 'node:util';

/** Why a server could not be reached, by the code of the error, as the end of a sentence about it. */
export const connectionReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the host',
  ECONNRESET: 'it broke the connection off',
  EPIPE: 'it broke the connection off',
};

const speaksNoTls = 'it does not speak TLS there';
const ofNobodyTrusted = 'its certificate is of nobody whom this machine trusts';

/** The same of what stands between: TLS, and the client's own words for a connection. */
const transportReasons: Readonly<Record<string, string>> = {
  ...connectionReasons,
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_SOCKET: 'it broke the connection off',
  EPROTO: speaksNoTls,
  ERR_SSL_WRONG_VERSION_NUMBER: speaksNoTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: speaksNoTls,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: ofNobodyTrusted,
  SELF_SIGNED_CERT_IN_CHAIN: ofNobodyTrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ofNobodyTrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ofNobodyTrusted,
};

/** TLS has a code for each thing that may go wrong, and words of its own library's files and lines. */
const reasonOfCode = (code: string): string | undefined =>
  transportReasons[code] ?? (code.startsWith('ERR_SSL_') ? 'it agrees on no TLS with us' : undefined);

/**
 * Why a connection failed, as the end of a sentence: plain words, and the code behind them for who searches. Otherwise
 * the error's own words.
 */
export const connectionReasonOf = (error: unknown): string => {
  for (const code of codesOf(error)) {
    const reason = reasonOfCode(code);
    if (reason !== undefined) return `${reason} (${code})`;
  }
  const words = error instanceof Error ? error.message.trim().replace(/\.$/, '') : '';
  return words === '' ? 'it failed without a word' : words;
};

/** Of an error, of what it wraps, and of each address of a host that was tried. */
const codesOf = (error: unknown, depth = 0): readonly string[] => {
  if (!(error instanceof Error) || depth > 4) return [];
  const tried: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [
    ...('code' in error && typeof error.code === 'string' ? [error.code] : []),
    // Who writes a code of their own over it leaves its number.
    ...('errno' in error && typeof error.errno === 'number' && error.errno < 0
      ? [getSystemErrorName(error.errno)]
      : []),
    ...[error.cause, ...tried].flatMap((each) => codesOf(each, depth + 1)),
  ];
};
