import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { certificatesSchema, privateKeySchema } from '../infra/certificates-schema.ts';

/** How this server is reached over https without a proxy: the part of `server` about it. */

const name = z.string().min(1).max(100);

const clients = z.strictObject({
  authoritiesFile: certificatesSchema.describe('File (PEM) of who vouches for programs.'),
  services: z
    .array(
      z.strictObject({
        certificate: z
          .string()
          .regex(/^(DNS|URI|email|CN):.+$/, 'must be DNS:…, URI:…, email:… or CN:…')
          .describe(
            'A name that a certificate has: `URI:spiffe://example.com/agent`, or `CN:` and its common name.',
          ),
        tenant: name.describe('Name of a tenant.'),
        principal: name.describe('Name of an agent or a service.'),
      }),
    )
    .min(1)
    .max(1_000)
    .describe('Whom certificates stand for.'),
});

export const tlsSchema = z
  .strictObject({
    certificateFile: certificatesSchema.describe(
      'File (PEM) of our certificate, and of those between it and its root.',
    ),
    keyFile: privateKeySchema.describe('File (PEM) of its key, without a passphrase.'),
    clients: clients.optional().describe('Programs that sign in by certificates of their own.'),
  })
  .describe('TLS 1.3 without a proxy. A reload reads the files again.');

/** With what stands in the files. */
export type TlsSettings = z.output<typeof tlsSchema>;

/** Whether a key is that of the first certificate. */
export const isPair = ({
  certificateFile: certificate,
  keyFile: key,
}: Pick<TlsSettings, 'certificateFile' | 'keyFile'>): boolean =>
  new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
