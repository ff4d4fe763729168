import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Journal } from '../../record/journal.ts';
import { accessEvent, type Maker } from './access-events.ts';
import { apiKeyFaults, decidesInOf, tidyName, type ApiKeyInput } from './access-rules.ts';
import type { ApiKey } from '../../record/api-key-store.ts';
import type { AccessStore } from '../../record/access-store.ts';
import type { CredentialStore } from '../../record/credential-store.ts';
import { newApiKeySecret } from './credentials.ts';

export interface ApiKeysDependencies {
  readonly journal: Journal;
  readonly access: AccessStore;
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly newId: NewId;
}

export interface IssuedApiKey {
  readonly apiKey: ApiKey;
  /** The whole key. It exists here and nowhere else. */
  readonly secret: string;
}

/** A key from whoever may make one. */
export const issueApiKey = (
  { journal, access, credentials, clock, newId }: ApiKeysDependencies,
  maker: Maker,
  input: ApiKeyInput,
): Promise<Outcome<IssuedApiKey>> =>
  journal.transaction(async (tx) => {
    const holder = await access.findActivePrincipal(tx, maker.tenantId, input.principalId);
    const faults = apiKeyFaults(input, holder?.type ?? 'HUMAN', clock.now());
    if (faults.length > 0) return refused(invalidInput(faults));
    const { secret, prefix, hash } = newApiKeySecret();
    const apiKey = await credentials.insertApiKey(tx, {
      id: newId(),
      tenantId: maker.tenantId,
      principalId: input.principalId,
      name: tidyName(input.name),
      prefix,
      hash,
      decidesIn: decidesInOf(input, holder?.type ?? 'HUMAN'),
      createdById: maker.id,
      handIds: maker.handIds,
      expiresAt: input.expiresAt ?? null,
    });
    if (!apiKey) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such principal.'));
    tx.record(
      accessEvent(apiKey.tenantId, apiKey.createdAt, maker.id, {
        type: 'api_key.created',
        summary: `Made the API key ${apiKey.name}`,
        data: {
          ...shown(apiKey),
          decidesIn: apiKey.decidesIn,
          expiresAt: apiKey.expiresAt?.toISOString() ?? null,
        },
      }),
    );
    return accepted({ apiKey, secret });
  });

/** Revoking what is revoked already gives the key as it is. */
export const revokeApiKey = async (
  { journal, credentials }: ApiKeysDependencies,
  viewer: Principal,
  id: string,
): Promise<Outcome<ApiKey>> => {
  return journal.transaction(async (tx) => {
    const revoked = await credentials.revokeApiKey(tx, viewer.tenantId, id);
    if (revoked) {
      tx.record(
        accessEvent(revoked.tenantId, revoked.revokedAt ?? revoked.createdAt, viewer.id, {
          type: 'api_key.revoked',
          summary: `Revoked the API key ${revoked.name}`,
          data: shown(revoked),
        }),
      );
    }
    const apiKey = revoked ?? (await credentials.findApiKey(tx, viewer.tenantId, id));
    return apiKey ? accepted(apiKey) : refused(refusal('RESOURCE_NOT_FOUND', 'There is no such API key.'));
  });
};

const shown = ({ id, principalId, name, prefix }: ApiKey) => ({ apiKeyId: id, principalId, name, prefix });
