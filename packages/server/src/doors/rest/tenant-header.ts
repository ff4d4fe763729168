import { z } from 'zod';
import type { Fault } from '../../domain/refusal-details.ts';
import type { RestParameter } from './rest-route.ts';

const tenant = z.uuid().describe('Your tenant, by its UUID: that of your key.');

export const tenantHeader: RestParameter = { in: 'header', name: 'X-Tenant-ID', schema: tenant };

/** Where it may be left out. */
export const optionalTenantHeader: RestParameter = { ...tenantHeader, schema: tenant.optional() };

/** The key alone says who calls; the header guards against a key that was mixed up. */
export const tenantFaults = (given: unknown, isNeeded: boolean): Fault[] => {
  const { name: path } = tenantHeader;
  if (given === undefined) return isNeeded ? [{ path, message: `${path} is missing` }] : [];
  return tenant.safeParse(given).success ? [] : [{ path, message: `${path} must be a UUID` }];
};

export const isTenant = (given: unknown, tenantId: string): boolean =>
  String(given).toLowerCase() === tenantId;
