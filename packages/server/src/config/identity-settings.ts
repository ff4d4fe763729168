import { roles } from '@countersign/shared';
import { z } from 'zod';
import { tokenAlgorithms } from '../infra/token-issuer.ts';
import { urlSchema } from '../infra/url-schema.ts';

/** Other issuers whose word on who somebody is counts here: the part of `config.json` about them. */

const issuerUrl = urlSchema('https:');
const name = z.string().min(1).max(100);
const claim = z.string().min(1).max(200);

const service = z.strictObject({
  claims: z
    .record(claim, z.string().min(1).max(1_000))
    .refine((claims) => Object.keys(claims).length > 0, 'must name at least one claim'),
  principal: name,
});

const audience = z.string().min(1).max(1_000);

const issuer = z.strictObject({
  issuer: issuerUrl,
  audience: z.union([audience, z.array(audience).min(1).max(20)]),
  jwksUrl: issuerUrl,
  algorithms: z.array(z.enum(tokenAlgorithms)).min(1).default(['RS256', 'PS256', 'ES256', 'EdDSA']),
  clockToleranceMs: z.int().min(0).max(60_000).default(5_000),
  refetchEveryMs: z.int().min(1_000).max(3_600_000).default(30_000),
  tenant: name,
  services: z.array(service).min(1).max(1_000),
});

const signIn = z.strictObject({
  issuer: issuerUrl,
  clientId: z.string().min(1).max(1_000),
  clientSecret: name.optional(),
  label: name.default('your organisation'),
  scopes: z.array(z.string().min(1)).min(1).max(20).default(['openid', 'profile', 'email']),
  tenant: name,
  nameClaim: claim.default('email'),
  groupsClaim: claim.default('groups'),
  roles: z.record(claim, z.array(z.enum(roles)).min(1)),
  groups: z.record(claim, name).default({}),
  sessionMs: z.int().min(60_000).max(86_400_000).default(28_800_000),
  adoptsByName: z.boolean().default(false),
});

export const identitySettings = {
  issuers: z
    .array(issuer)
    .max(20)
    .default([])
    .refine((all) => new Set(all.map((one) => one.issuer)).size === all.length, 'must name each issuer once'),
  signIn: signIn.optional(),
};

export type IdentitySettings = z.output<z.ZodObject<typeof identitySettings>>;
