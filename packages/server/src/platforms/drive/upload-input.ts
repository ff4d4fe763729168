import { z } from 'zod';
import { base64Fault, contentParams, isBase64 } from './file-content.ts';
import {
  addressFault,
  domainFault,
  hasItsAddress,
  hasItsDomain,
  isOfSame,
  permissionParams,
} from './permission.ts';

export const uploadInput = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(255)
      .refine(
        (name) => name.trim() === name && !/\p{Cc}/u.test(name),
        'Must be one line without blanks around it.',
      )
      .meta({ examples: ['week-48.txt'] }),
    ...contentParams,
    mimeType: z
      .string()
      .max(100)
      .regex(/^[a-z]+\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i, 'Must be a media type: text/plain.')
      .refine(
        (type) => !type.toLowerCase().startsWith('application/vnd.google-apps.'),
        'Documents of Google are not uploaded.',
      )
      .default('text/plain'),
    folderId: z
      .string()
      .min(1)
      .max(128)
      .describe('A folder that configuration names, by its name there or its id')
      .meta({ examples: ['reports'] }),
    permissions: z
      .array(
        z
          .strictObject(permissionParams)
          .refine(hasItsAddress, addressFault)
          .refine(hasItsDomain, domainFault),
      )
      .min(1)
      .max(20)
      .optional()
      .describe('Who else may see or change the file, from its first moment on'),
  })
  .refine(isBase64, base64Fault)
  .refine(
    ({ permissions = [] }) =>
      permissions.every((one, index) => permissions.findIndex((other) => isOfSame(other, one)) === index),
    { path: ['permissions'], error: 'Each may be named once.' },
  )
  .meta({ examples: [{ name: 'week-48.txt', content: 'Deploys: 14\nRollbacks: 0\n', folderId: 'reports' }] });
export type UploadInput = z.infer<typeof uploadInput>;
export type UploadOutput = {
  readonly id: string;
  readonly name: string;
  readonly md5: string;
  /** Of the permissions that were asked for, in their order; left out where there were none. */
  readonly permissionIds?: readonly string[];
};
