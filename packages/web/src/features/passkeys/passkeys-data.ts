import type { ResultOf } from 'gql.tada';
import { actOf, type ActOutcome } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';
import { actWithPasskey, askPasskey } from '../../graphql/step-up.ts';

const Passkeys = graphql(`
  query Passkeys {
    viewer {
      principal {
        id
        name
      }
    }
    passkeys {
      id
      name
      createdAt
      lastUsedAt
      suspectedAt
    }
  }
`);
export type Passkey = ResultOf<typeof Passkeys>['passkeys'][number];

export const passkeysOptions = () => documentOptions(Passkeys, {}, { refetchOn: ['passkey.'] });

const sendNew = actOf(
  graphql(`
    mutation AddPasskey($input: AddPasskeyInput!) {
      addPasskey(input: $input) {
        refusal {
          code
          message
        }
      }
    }
  `),
);

/** Makes a key in an authenticator of this browser, and adds it; whoever has one shows that too. */
export const addPasskey = async (name: string): Promise<ActOutcome> => {
  const made = await askPasskey({ registration: true });
  if ('refusal' in made) return { complaint: made.refusal.message, code: made.refusal.code };
  return actWithPasskey({ passkeys: true }, (stepUp) => sendNew({ ...made.answer, name, ...stepUp }));
};

export const renamePasskey = actOf(
  graphql(`
    mutation RenamePasskey($input: RenamePasskeyInput!) {
      renamePasskey(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

const sendRemoval = actOf(
  graphql(`
    mutation RemovePasskey($input: RemovePasskeyInput!) {
      removePasskey(input: $input) {
        refusal {
          code
          message
        }
      }
    }
  `),
);

export const removePasskey = (passkeyId: string): Promise<ActOutcome> =>
  actWithPasskey({ passkeys: true }, (stepUp) => sendRemoval({ passkeyId, ...stepUp }));
