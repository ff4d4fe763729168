/** Knows who calls: tenants, principals and their roles, API keys, sign-in links and console sessions. */
export type { ApiKeyInput, PrincipalInput } from './access-rules.ts';
export type { EndedSessions } from './principal-changes.ts';
export type { AccessDependencies, AccessService } from './access-service.ts';
export type { AccessStore, Tenant } from './access-store.ts';
export type { ApiKey } from './api-key-store.ts';
export type { IssuedApiKey } from './api-keys.ts';
export type { FirstTenant } from './principals.ts';
export type { FindPrincipal } from './authenticator.ts';
export type { CredentialStore } from './credential-store.ts';
export type { Credentials } from './credentials.ts';
export type { LoadPrincipal } from './principal-loader.ts';
export type { SignedIn, SignInLink } from './sign-in.ts';
export { addAccessSchema } from './access-schema.ts';
export { createAccessService } from './access-service.ts';
export { createAccessStore } from './access-store.ts';
export { createCredentialStore } from './credential-store.ts';
export { createPrincipalLoader } from './principal-loader.ts';
