import { z } from 'zod';
import type { PermissionDiff } from '../../domain/diff.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Finding } from '../../domain/planned-action.ts';
import type { NewPermission, Permission } from './drive-api.ts';

export const permissionParams = {
  type: z.enum(['user', 'group', 'domain', 'anyone']).meta({ examples: ['user'] }),
  role: z.enum(['reader', 'commenter', 'writer']).meta({ examples: ['reader'] }),
  emailAddress: z.email().max(254).optional().describe('Of a user or a group'),
  domain: z
    .string()
    .max(253)
    .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i, 'Must be a domain: example.com.')
    .optional(),
};

/** Who may do what with a file. */
export interface WantedPermission {
  readonly type: 'user' | 'group' | 'domain' | 'anyone';
  readonly role: 'reader' | 'commenter' | 'writer';
  readonly emailAddress?: string | undefined;
  readonly domain?: string | undefined;
}

export const hasItsAddress = ({ type, emailAddress }: WantedPermission): boolean =>
  (type === 'user' || type === 'group') === (emailAddress !== undefined);
export const addressFault = {
  path: ['emailAddress'],
  error: 'Is given for a user or a group, and for nothing else.',
};
export const hasItsDomain = ({ type, domain }: WantedPermission): boolean =>
  (type === 'domain') === (domain !== undefined);
export const domainFault = { path: ['domain'], error: 'Is given for a domain, and for nothing else.' };

export const isOfSame = (
  one: Pick<Permission, 'type'> & {
    readonly emailAddress?: string | undefined;
    readonly domain?: string | undefined;
  },
  { type, emailAddress, domain }: WantedPermission,
): boolean =>
  one.type === type &&
  one.emailAddress?.toLowerCase() === emailAddress?.toLowerCase() &&
  one.domain?.toLowerCase() === domain?.toLowerCase();

export const subjectOf = ({ type, emailAddress, domain }: WantedPermission): string => {
  if (emailAddress !== undefined) return type === 'group' ? `the group ${emailAddress}` : emailAddress;
  return domain === undefined ? 'anyone with the link' : `everybody of ${domain}`;
};

export const permissionDiff = (wanted: WantedPermission, resource: string): PermissionDiff => ({
  type: 'PERMISSION',
  act: 'GRANT',
  subject: subjectOf(wanted),
  permission: wanted.role,
  resource,
});

export const permissionFindings = ({ type, role, domain }: WantedPermission): Finding[] => {
  if (type === 'anyone')
    return [{ severity: 'HIGH', message: `Anybody who has the link becomes a ${role}, without signing in.` }];
  return type === 'domain'
    ? [{ severity: 'MEDIUM', message: `Everybody of ${domain} becomes a ${role}.` }]
    : [];
};

/** Without what is not said. */
export const plainOf = ({ type, role, emailAddress, domain }: WantedPermission): JsonObject => ({
  type,
  role,
  ...(emailAddress === undefined ? {} : { emailAddress }),
  ...(domain === undefined ? {} : { domain }),
});

export const asGiven = (wanted: WantedPermission): NewPermission => {
  const { type, role, emailAddress = null, domain = null } = wanted;
  return { type, role, emailAddress, domain };
};
