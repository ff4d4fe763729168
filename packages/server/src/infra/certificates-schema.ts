import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The path of a file with certificates (PEM); what comes of it is what stands in the file. */
export const certificatesSchema = z.string().transform((path, context) => {
  const fault = (message: string): typeof z.NEVER => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!isAbsolute(path)) return fault('must be an absolute path');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return fault(`cannot be read (${String((error as NodeJS.ErrnoException).code)})`);
  }
  const certificates = text.match(pem) ?? [];
  return certificates.length > 0 && certificates.every(isCertificate)
    ? text
    : fault('must be a file of certificates in PEM');
});

const isCertificate = (text: string): boolean => {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
};
