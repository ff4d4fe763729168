import { z } from 'zod';
import type { Fault } from '../../domain/refusal-details.ts';
import type { Operations } from '../../operations.ts';

type Input = Readonly<Record<string, unknown>>;

/** What `POST /tasks` takes: a submission, or the short form of one with a single action. */
export const submissionBody = (submission: Operations['executeTask']['input']): z.ZodType => {
  const whole = submission
    .omit({ idempotencyKey: true })
    .meta({ id: 'Submission', description: 'A submission.' });
  const short = whole
    .omit({ actions: true })
    .extend({
      operation: z.string().describe('What to do: the type of an action, repo.commit.'),
      payload: z.record(z.string(), z.unknown()).describe('Its params.'),
      goal: submission.shape.goal.nullish().describe('What it is for; the operation where left out.'),
    })
    .meta({ id: 'Operation', description: 'A submission of one action.' });
  return z.union([whole, short]);
};

/** The names of the short form, and what they become. */
const shortNames = [
  ['operation', 'actions[0].type'],
  ['payload', 'actions[0].params'],
] as const;

interface WholeSubmission {
  readonly whole: Input;
  /** What is wrong with it, in the names that were sent. */
  readonly inWordsOf: (fault: Fault) => Fault;
}

/** A submission as the command takes it. */
export const wholeSubmission = (input: Input): WholeSubmission => {
  const isShort = !('actions' in input) && ('operation' in input || 'payload' in input);
  if (!isShort) return { whole: input, inWordsOf: (fault) => fault };
  const { operation, payload, ...rest } = input;
  const whole = {
    ...rest,
    goal: rest['goal'] ?? (typeof operation === 'string' && operation !== '' ? operation : 'One operation'),
    actions: [{ type: operation, params: payload }],
  };
  return { whole, inWordsOf: inShortNames };
};

const inShortNames = (fault: Fault): Fault => {
  const [short, long] = shortNames.find((names) => fault.path.startsWith(names[1])) ?? [];
  if (short === undefined) return fault;
  const path = short + fault.path.slice(long.length);
  // A message begins with the last name of its path.
  return {
    ...fault,
    path,
    message: path === short ? fault.message.replace(/^(type|params) /, `${short} `) : fault.message,
  };
};
