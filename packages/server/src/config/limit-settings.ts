import { z } from 'zod';
import { defaultRateLimits, type RateLimitsConfig } from '../doors/http/rate-limits.ts';
import { isNetwork } from '../doors/http/client-network.ts';
import { rights } from '../domain/principal.ts';

/** What callers may take, and how they are told apart: the part of `config.json` about it. */

const rateLimit = z.strictObject({
  limit: z.int().min(1).max(1_000_000_000),
  windowMs: z.int().min(1_000).max(86_400_000),
});
const tenantId = z.uuid('must be the id of a tenant');
const network = z
  .string()
  .refine(isNetwork, 'must be an address or a network: 10.0.0.0/8, with nothing set behind the prefix');

export const limitSettings = {
  requestsPerMinute: z.int().min(1).max(1_000_000_000).optional(),
  limits: z
    .strictObject({
      caller: rateLimit.optional(),
      tenant: rateLimit.optional(),
      address: rateLimit.optional(),
      tenants: z.record(tenantId, rateLimit).default({}),
      operations: z.partialRecord(z.enum(rights), rateLimit).default({}),
    })
    .prefault({}),
  trustedProxies: z
    .union([z.array(network).max(100), z.int().min(1).max(8)], {
      error: 'must be a list of networks, or how many proxies there are (1 to 8)',
    })
    .default([]),
  health: z
    .strictObject({
      tokenSecret: z.string().min(1).optional(),
      monitoringExemption: z.array(network).max(100).default([]),
      perSecond: z.int().min(1).default(10),
      perMinute: z.int().min(1).default(100),
      perHour: z.int().min(1).default(1_000),
    })
    .prefault({}),
};

type LimitSettings = z.output<z.ZodObject<typeof limitSettings>>;

export interface HttpLimits {
  readonly rates: RateLimitsConfig;
  readonly trustedProxies: LimitSettings['trustedProxies'];
  readonly probes: LimitSettings['health'];
}

export const httpLimitsOf = ({
  requestsPerMinute,
  limits,
  trustedProxies,
  health,
}: LimitSettings): HttpLimits => {
  const { caller, tenant, address, failures } = defaultRateLimits;
  const perMinute = requestsPerMinute === undefined ? caller : { limit: requestsPerMinute, windowMs: 60_000 };
  return {
    rates: {
      caller: limits.caller ?? perMinute,
      tenant: limits.tenant ?? tenant,
      address: limits.address ?? address,
      tenants: limits.tenants,
      operations: limits.operations,
      failures,
    },
    trustedProxies,
    probes: health,
  };
};

/** What the bench and tests run with, where nothing is to be held back. */
export const withoutLimits: HttpLimits = httpLimitsOf({
  limits: {
    caller: { limit: 1_000_000_000, windowMs: 60_000 },
    tenant: { limit: 1_000_000_000, windowMs: 60_000 },
    address: { limit: 1_000_000_000, windowMs: 60_000 },
    tenants: {},
    operations: {},
  },
  trustedProxies: [],
  health: { monitoringExemption: [], perSecond: 10, perMinute: 100, perHour: 1_000 },
});
