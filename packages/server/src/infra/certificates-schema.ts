import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The path of a file; what comes of it is what stands in the file. */
const fileSchema = (isMeant: (text: string) => boolean, otherwise: string) =>
  z.string().transform((path, context) => {
    const fault = (message: string): typeof z.NEVER => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (!isAbsolute(path)) return fault('must be an absolute path');
    try {
      const text = readFileSync(path, 'utf8');
      return isMeant(text) ? text : fault(otherwise);
    } catch (error) {
      return fault(`cannot be read (${String((error as NodeJS.ErrnoException).code)})`);
    }
  });

/** One or more, in PEM. */
export const certificatesSchema = fileSchema((text) => {
  const certificates = text.match(pem) ?? [];
  return certificates.length > 0 && certificates.every(isCertificate);
}, 'must be a file of certificates in PEM');

/** In PEM, without a passphrase. */
export const privateKeySchema = fileSchema(
  isPrivateKey,
  'must be a file of a private key in PEM, without a passphrase',
);

function isPrivateKey(text: string): boolean {
  try {
    return createPrivateKey(text).type === 'private';
  } catch {
    return false;
  }
}

const isCertificate = (text: string): boolean => {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
};
