import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Caller } from '../../domain/principal.ts';

const othersTenant = refusal(
  'AUTHORIZATION_FAILED',
  'Administrators of the tenant that the installation began with look after its backups.',
);

export interface FirstTenant {
  /** The tenant that the installation began with: its administrators look after the installation. */
  readonly findFirstTenant: () => Promise<string | null>;
}

export const forFirst = async <Value>(
  { findFirstTenant }: FirstTenant,
  viewer: Caller,
  work: () => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> =>
  (await findFirstTenant()) === viewer.tenantId ? work() : refused(othersTenant);

export const acceptedOf = async <Value>(value: Promise<Value>): Promise<Outcome<Value>> =>
  accepted(await value);
