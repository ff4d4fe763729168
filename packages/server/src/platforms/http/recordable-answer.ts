import type { HttpResponse } from '../../infra/http-client.ts';
import type { Redactor } from '../../infra/redaction.ts';
import { decodedBody } from '../../infra/decompress.ts';

/**
 * An answer as it may be recorded: its body decoded, without secrets, and only then cut at `maxBytes`. It was read
 * `redactor.reachBytes` further, and is looked at no farther than that, so that no half of a secret is left at the end.
 */
export const recordableAnswer = async (
  response: HttpResponse,
  redactor: Redactor,
  maxBytes: number,
): Promise<HttpResponse> => {
  const { 'set-cookie': _session, ...headers } = response.headers;
  const coding = headers['content-encoding'] ?? 'identity';
  // In what cannot be decoded no secret could be found.
  const decoded =
    decodedBody(response.body, coding) ?? Buffer.from(`[withheld: coded as ${coding}, which cannot be read]`);
  const readBytes = maxBytes + redactor.reachBytes;
  const isCut = response.isTruncated || decoded.length > readBytes;
  const redacted = await redactor.bytes(decoded.subarray(0, readBytes));
  const whole = isCut ? redacted.subarray(0, Math.max(0, redacted.length - redactor.reachBytes)) : redacted;
  return {
    ...response,
    headers,
    body: whole.subarray(0, maxBytes),
    isTruncated: isCut || whole.length > maxBytes,
  };
};

/** A body as text where it is UTF-8, up to the character that the cut may have gone through, or in base64. */
export const bodyAsText = ({
  body,
  isTruncated,
}: HttpResponse): { readonly body: string; readonly encoding: 'UTF8' | 'BASE64' } => {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { body: decoder.decode(body, { stream: isTruncated }), encoding: 'UTF8' };
  } catch {
    return { body: body.toString('base64'), encoding: 'BASE64' };
  }
};
