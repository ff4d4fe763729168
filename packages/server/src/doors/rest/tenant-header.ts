import { z } from 'zod';
import { invalidInput, refusal, type Refusal } from '../../domain/errors.ts';
import type { RestParameter } from './rest-route.ts';

const tenant = z.uuid().describe('Your tenant, by its UUID: that of your key.');

export const tenantHeader: RestParameter = { in: 'header', name: 'X-Tenant-ID', schema: tenant };

/** The key alone says who calls; the header guards against a key that was mixed up. */
export const tenantRefusal = (given: unknown, tenantId: string): Refusal | null => {
  const { name: path } = tenantHeader;
  if (given === undefined) return invalidInput([{ path, message: `${path} is missing` }]);
  const id = tenant.safeParse(given);
  if (!id.success) return invalidInput([{ path, message: `${path} must be a UUID` }]);
  return id.data.toLowerCase() === tenantId
    ? null
    : refusal('AUTHORIZATION_FAILED', 'What you call with is of another tenant.');
};
