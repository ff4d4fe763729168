import { releaseStages } from '@countersign/shared';
import { z } from 'zod';
import { accepted, invalidInput, refusal, refused } from '../../domain/errors.ts';
import { hasRight } from '../../domain/principal.ts';
import type { StepUpSubject } from '../../domain/step-up.ts';
import { id, list, optional, text } from '../inputs.ts';
import { defineCommand, defineQuery } from '../operation.ts';
import { credentialInput, stepUpInput } from '../step-up.ts';
import { beginStepUp, type PasskeyDependencies } from './challenges.ts';
import { addPasskey, beginPasskey, removePasskey, renamePasskey } from './manage.ts';

const ofTask = z
  .strictObject({
    taskId: id.describe('The task, by its UUID.'),
    revision: z.int().describe('The revision that you saw.'),
    planHash: text(200).describe('The hash of the plan that you saw.'),
  })
  .meta({ id: 'StepUpTaskInput', description: 'What is to be approved.' });

const ofRelease = z
  .strictObject({
    id: id.describe("The kill switch's UUID."),
    stage: z.enum(releaseStages).describe('How far it is to be released.'),
  })
  .meta({ id: 'StepUpReleaseInput', description: 'Which kill switch is to be released, and how far.' });

const stepUpFor = z
  .strictObject({
    approve: optional(list(ofTask, 100)).describe('To approve these tasks: one, or all of one decideTasks.'),
    release: optional(ofRelease).describe('To release a kill switch.'),
    publishVersionId: optional(id).describe('To publish this version of the policy, by its UUID.'),
    restoreId: optional(id).describe('To approve this restore of a backup, by its UUID.'),
    passkeys: optional(z.boolean()).describe('To add or remove a passkey, where you have one already.'),
    registration: optional(z.boolean()).describe(
      'To make a new passkey: the options are for navigator.credentials.create, and what it gives for addPasskey. Asks for a session.',
    ),
  })
  .meta({ id: 'BeginStepUpInput', description: 'What the passkey is to answer for: exactly one of these.' });

const subjectOf = ({
  approve,
  release,
  publishVersionId,
  restoreId,
  passkeys,
  registration,
}: z.output<typeof stepUpFor>): StepUpSubject | null => {
  const subjects: (StepUpSubject | null)[] = [
    approve && approve.length > 0 ? { kind: 'APPROVE', tasks: approve } : null,
    release ? { kind: 'RELEASE', killSwitchId: release.id, stage: release.stage } : null,
    publishVersionId === undefined ? null : { kind: 'PUBLISH', versionId: publishVersionId },
    restoreId === undefined ? null : { kind: 'RESTORE', restoreId },
    passkeys === true ? { kind: 'PASSKEYS' } : null,
    registration === true ? { kind: 'REGISTER' } : null,
  ];
  const named = subjects.filter((subject) => subject !== null);
  return named.length === 1 ? (named[0] ?? null) : null;
};

const addInput = z
  .strictObject({
    challengeId: id.describe('Of the challenge for registration, by its UUID.'),
    credential: credentialInput.describe("The browser's new PublicKeyCredential in JSON."),
    name: text(100).describe('How you call it: 1 to 100 characters.'),
    stepUp: stepUpInput,
  })
  .meta({ id: 'AddPasskeyInput', description: 'A new passkey of yours.' });

const renameInput = z
  .strictObject({
    passkeyId: id.describe('Its UUID.'),
    name: text(100).describe('How you call it: 1 to 100 characters.'),
  })
  .meta({ id: 'RenamePasskeyInput', description: 'A passkey of yours and its new name.' });

const removeInput = z
  .strictObject({
    passkeyId: id.describe('Its UUID.'),
    principalId: optional(id).describe('Whose it is, by their UUID; yours where left out.'),
    stepUp: stepUpInput,
  })
  .meta({ id: 'RemovePasskeyInput', description: 'Which passkey to remove.' });

export const createPasskeyOperations = (deps: PasskeyDependencies) => ({
  passkeys: defineQuery({
    name: 'passkeys',
    description: 'Your passkeys, the oldest first; as an administrator those of somebody else, too.',
    input: z.strictObject({
      principalId: optional(id).describe('Whose, by their UUID; yours where left out.'),
    }),
    async view({ viewer }, { principalId = viewer.id }) {
      if (principalId !== viewer.id && !hasRight(viewer, 'ADMINISTER'))
        return refused(refusal('AUTHORIZATION_FAILED', "Only an administrator sees another's passkeys."));
      const found = await deps.passkeys.find(null, principalId);
      return accepted(found.filter(({ tenantId }) => tenantId === viewer.tenantId));
    },
  }),
  addPasskey: defineCommand({
    name: 'addPasskey',
    description:
      'Adds a passkey that answered a challenge for registration; ten at most. Where you have one already, that answers too (stepUp).',
    input: addInput,
    run: ({ viewer }, input) => addPasskey(deps, viewer, input),
  }),
  renamePasskey: defineCommand({
    name: 'renamePasskey',
    description: 'Gives a passkey of yours another name.',
    input: renameInput,
    run: ({ viewer }, input) => renamePasskey(deps, viewer, input),
  }),
  removePasskey: defineCommand({
    name: 'removePasskey',
    description:
      'Removes a passkey of yours, or as an administrator one that somebody lost. Whoever removes one and has one answers with it (stepUp).',
    input: removeInput,
    run: ({ viewer }, { principalId = viewer.id, ...order }) =>
      removePasskey(deps, viewer, { principalId, ...order }),
  }),
  beginStepUp: defineCommand({
    name: 'beginStepUp',
    description:
      'A challenge that a passkey of yours answers for exactly one thing: once, within two minutes. Give the options to navigator.credentials.get, and what it gives to the command, as stepUp.',
    input: stepUpFor,
    async run({ viewer }, input) {
      const subject = subjectOf(input);
      if (!subject)
        return refused(
          invalidInput([
            {
              path: 'approve',
              message:
                'name exactly one of approve, release, publishVersionId, restoreId, passkeys and registration',
            },
          ]),
        );
      return subject.kind === 'REGISTER' ? beginPasskey(deps, viewer) : beginStepUp(deps, viewer, subject);
    },
  }),
});

export type PasskeyOperations = ReturnType<typeof createPasskeyOperations>;
