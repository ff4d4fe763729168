/** Stands before the document in what is hashed, so that no other text can pass for a plan. */
const planHashDomain = 'plan/v1\0';

const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Whether the document is what the hash names; null where this browser cannot tell (no secure context). */
export const isDocumentOf = async (hash: string, document: string): Promise<boolean | null> => {
  // Browsers offer `subtle` only on https and localhost.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) return null;
  const digest = await subtle.digest('SHA-256', new TextEncoder().encode(planHashDomain + document));
  return hex(digest) === hash.replace(/^sha256:/u, '').toLowerCase();
};

/** The document as a value; text that is no JSON stays text. */
export const parsedDocument = (document: string): unknown => {
  try {
    return JSON.parse(document);
  } catch {
    return document;
  }
};
