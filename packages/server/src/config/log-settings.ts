import { resolve } from 'node:path';
import { z } from 'zod';
import { isHostAlone } from '../infra/plain-host.ts';
import { certificatesSchema, privateKeySchema } from '../infra/certificates-schema.ts';
import type { LogDestinations } from '../infra/log/log-output.ts';
import { facilities, type Facility } from '../infra/log/syslog-message.ts';

/** What the log has, and where it goes. */

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const file = z
  .strictObject({
    path: z.string().min(1).describe('The file. From the folder `home`. One process alone writes to it.'),
    maxBytes: z
      .int()
      .min(65_536)
      .max(10_737_418_240)
      .default(10_485_760)
      .describe('Once it is as large, it is put aside as `.1`, and the one before as `.2`.'),
    keep: z.int().min(1).max(1_000).default(5).describe('How many of those are kept.'),
  })
  .describe('A file that is rotated.');

export const syslogSchema = z
  .strictObject({
    host: z
      .string()
      .refine(isHostAlone, 'must be a name or an address')
      .describe('Name or address of the receiver.'),
    port: z.int().min(1).max(65_535).default(6_514).describe('Its port.'),
    isEncrypted: z
      .boolean()
      .default(true)
      .describe('Whether it is spoken to over TLS. Only on this machine it need not be.'),
    authoritiesFile: certificatesSchema
      .optional()
      .describe('File (PEM) of who vouches for the receiver. Default: those that everybody trusts.'),
    certificateFile: certificatesSchema.optional().describe('File (PEM) of who we are there.'),
    keyFile: privateKeySchema.optional().describe('File (PEM) of its key, without a passphrase.'),
    facility: z
      .enum(Object.keys(facilities) as [Facility, ...Facility[]])
      .default('local0')
      .describe('What its messages are filed under.'),
    maxBytes: z
      .int()
      .min(1_024)
      .max(1_048_576)
      .default(8_000)
      .describe(
        'Of a message: what is longer is sent as its beginning alone. rsyslog cuts at 8,096 unless told otherwise.',
      ),
  })
  .describe('A receiver of syslog (RFC 5424, over TLS by RFC 5425).');

export const logSettings = {
  log: z
    .strictObject({
      level: z.enum(logLevels).default('warn').describe('The least important lines that the log has.'),
      destinations: z
        .strictObject({
          stdout: z.boolean().default(true).describe('Whether it goes to standard output.'),
          file: file.optional(),
          syslog: syslogSchema.optional(),
        })
        .prefault({})
        .describe('Where the log goes; to all of them.'),
    })
    .prefault({})
    .describe('The log.'),
};

const settings = z.object(logSettings);
type LogSettings = z.output<typeof settings>['log'];

export interface LogConfig {
  readonly level: LogSettings['level'];
  readonly destinations: LogDestinations;
}

export const logOf = (
  { level, destinations: { stdout, file, syslog } }: LogSettings,
  home: string,
): LogConfig => ({
  level,
  destinations: {
    stdout,
    file: file ? { ...file, path: resolve(home, file.path) } : null,
    syslog: syslog ?? null,
  },
});
