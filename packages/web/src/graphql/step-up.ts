import type { VariablesOf } from 'gql.tada';
import type { ActOutcome } from './act-of.ts';
import { execute } from './execute.ts';
import { graphql, type Json } from './graphql.ts';

const BeginStepUp = graphql(`
  mutation BeginStepUp($input: BeginStepUpInput!) {
    beginStepUp(input: $input) {
      challengeId
      options
      refusal {
        code
        message
      }
    }
  }
`);

/** What a passkey is to answer for. */
export type StepUpSubject = VariablesOf<typeof BeginStepUp>['input'];

/** What it answered, as commands take it. */
export interface StepUpAnswer {
  readonly challengeId: string;
  readonly credential: Json;
}

export interface StepUpRefusal {
  readonly code: string;
  readonly message: string;
}

export const stepUpCode = 'STEP_UP_REQUIRED';

export type Asked = { readonly answer: StepUpAnswer } | { readonly refusal: StepUpRefusal };

/** What the browser is to do, as the server wrote it. Few people meet it, so its code comes when it is needed. */
const inBrowser = async (isRegistration: boolean, options: unknown): Promise<unknown> => {
  const { startAuthentication, startRegistration } = await import('@simplewebauthn/browser');
  return isRegistration
    ? startRegistration({ optionsJSON: options as Parameters<typeof startRegistration>[0]['optionsJSON'] })
    : startAuthentication({
        optionsJSON: options as Parameters<typeof startAuthentication>[0]['optionsJSON'],
      });
};

/** Asks the server for a challenge and an authenticator of this browser for its answer. */
export const askPasskey = async (subject: StepUpSubject): Promise<Asked> => {
  const { challengeId, options, refusal } = (await execute(BeginStepUp, { input: subject })).beginStepUp;
  if (refusal || challengeId === null)
    return { refusal: refusal ?? { code: stepUpCode, message: 'The server gave no challenge.' } };
  try {
    const credential = await inBrowser(subject.registration === true, options);
    return { answer: { challengeId, credential: JSON.parse(JSON.stringify(credential)) as Json } };
  } catch (error) {
    // The browser tells no more: it was left, took too long, or cannot.
    const words = error instanceof Error ? ` ${error.message}` : '';
    return {
      refusal: { code: stepUpCode, message: `Your passkey did not answer, and nothing was done.${words}` },
    };
  }
};

/** Does it; where the server asks for a passkey, asks that and does it once more, with its answer. */
export const withPasskey = async <Outcome>(
  subject: StepUpSubject,
  act: (stepUp: StepUpAnswer | undefined) => Promise<Outcome>,
  codeOf: (outcome: Outcome) => string | undefined,
  refused: (refusal: StepUpRefusal) => Outcome,
): Promise<Outcome> => {
  const outcome = await act(undefined);
  if (codeOf(outcome) !== stepUpCode) return outcome;
  const asked = await askPasskey(subject);
  return 'answer' in asked ? act(asked.answer) : refused(asked.refusal);
};

/** The same for the acts of buttons and dialogs. */
export const actWithPasskey = (
  subject: StepUpSubject,
  act: (stepUp: { stepUp?: StepUpAnswer }) => Promise<ActOutcome>,
): Promise<ActOutcome> =>
  withPasskey(
    subject,
    (answer) => act(answer ? { stepUp: answer } : {}),
    ({ code }) => code,
    ({ code, message }) => ({ complaint: message, code }),
  );
