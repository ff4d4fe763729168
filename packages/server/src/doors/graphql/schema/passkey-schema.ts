import type {
  AskedPasskey,
  Passkey,
  PasskeyOperations,
  RemovedPasskey,
} from '../../../modules/passkeys/index.ts';
import type { Json } from '../../../domain/json.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export const addPasskeySchema = (builder: Builder, refs: Refs, operations: PasskeyOperations): void => {
  const passkey = defineType<Passkey>(
    builder,
    'Passkey',
    'A key in an authenticator of a person, which answers for them. Nobody but that authenticator has its secret half.',
    {
      id: ['ID', 'UUID.'],
      name: ['String', 'How its person calls it.'],
      createdAt: ['DateTime', 'When it was added.'],
      lastUsedAt: ['DateTime', 'When it answered last; null where it never has.', 'nullable'],
      suspectedAt: [
        'DateTime',
        'Since when it is blocked, since it may have been copied: its counter went back. Null where it is not.',
        'nullable',
      ],
    },
  );
  refs.query(operations.passkeys, { type: [passkey] });
  const changed = (name: string, description: string) =>
    refs.payload<Passkey>(name, description, (give) => ({
      passkey: give(passkey, 'As it is now.', (found) => found),
    }));
  refs.command(operations.addPasskey, changed('AddPasskeyPayload', 'The new passkey, or a refusal.'));
  refs.command(
    operations.renamePasskey,
    changed('RenamePasskeyPayload', 'The passkey under its new name, or a refusal.'),
  );
  refs.command(
    operations.removePasskey,
    refs.payload<RemovedPasskey>('RemovePasskeyPayload', 'What was removed, or a refusal.', (give) => ({
      passkeyId: give('String', 'Its UUID.', ({ passkeyId }) => passkeyId),
    })),
  );
  refs.command(operations.beginStepUp, addChallenge(refs));
};

const addChallenge = (refs: Refs) =>
  refs.payload<AskedPasskey>('BeginStepUpPayload', 'A challenge, or a refusal.', (give, t) => ({
    challengeId: give('String', 'Its UUID, which goes with the answer.', ({ challengeId }) => challengeId),
    options: t.field({
      type: 'JSON',
      nullable: true,
      description: 'For navigator.credentials, as WebAuthn writes it in JSON.',
      resolve: (outcome) => (outcome.ok ? (outcome.value.options as Json) : null),
    }),
    expiresAt: give('DateTime', 'Until when it can be answered.', ({ expiresAt }) => expiresAt),
  }));
