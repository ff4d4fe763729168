/** Knows who calls: tenants, principals and their roles, API keys, sign-in links and console sessions. */
export type { ApiKeyInput, PrincipalInput } from './access-rules.ts';
export type { EndedSessions } from './principal-changes.ts';
export type { AccessDependencies, AccessService } from './access-service.ts';
export type { IssuedApiKey } from './api-keys.ts';
export type { FirstTenant } from './principals.ts';
export type { Credentials } from './credentials.ts';
export type { SignedIn, SignInLink } from './sign-in.ts';
export { createAccessService } from './access-service.ts';
export { changedBy } from './authenticator.ts';
export {
  createCapabilityQueries,
  type Capabilities,
  type CapabilityQueries,
  type IntentFiles,
  type Reach,
  type TargetReach,
} from './capabilities.ts';
export { startSharedLimits } from './shared-limits.ts';
export { createIssuerSignIn, type IssuerSignIn } from './issuer-sign-in.ts';
export { createServiceCertificates, type ServiceCertificates } from './service-certificates.ts';
export { createServiceTokens, type ServiceTokens } from './service-tokens.ts';
export type { AccessCommands } from './commands.ts';
export { mayDecide, type AccessQueries } from './queries.ts';
export type { Tenant } from '../../record/access-store.ts';
export type { Group } from '../../record/group-store.ts';
export type { ApiKey } from '../../record/api-key-store.ts';
