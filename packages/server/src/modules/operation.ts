import type { z } from 'zod';
import { accepted, invalidInput, refusal, RefusalError, refused, type Outcome } from '../domain/errors.ts';
import { hasRight, seesArrangements, type Caller, type Right } from '../domain/principal.ts';
import { faultsOf, type Fault } from '../domain/refusal-details.ts';
import { pathOf, readInput } from '../infra/input-words.ts';
import { logAbout } from '../infra/logger.ts';
import { inSpan, markFailed, traceIdOf, traceparentOfSpan } from '../infra/tracing.ts';

/** Who calls. Nothing here tells through which door. */
export interface Call {
  readonly viewer: Caller;
  /** W3C trace context of the caller, where it sent one. */
  readonly traceparent: string | null;
  /** Aborts once nobody waits for the answer; left out where that cannot be known. */
  readonly signal?: AbortSignal;
}

/** What can be asked of us, once for all doors: each derives its own form from it and renders the outcome. */
export interface Operation<Value, Input extends z.ZodType = z.ZodType> {
  readonly kind: 'COMMAND' | 'QUERY';
  /** One of a kind: `cancelTask`. */
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  readonly right: Right;
  /** What is wrong with an input; nothing is done with it. */
  faultsOf(input: unknown): readonly Fault[];
  /** Checks the right, then the input, and does it. Refused: no right, every fault of the input with its path. */
  execute(call: Call, input: unknown): Promise<Outcome<Value>>;
}

/** Whatever it takes and gives. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyOperation = Operation<any, any>;

interface Definition<Input extends z.ZodType, Parsed> {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  /** Besides READ, which everything needs. */
  readonly right?: Right;
  /** Tells of what people arranged among themselves, and so nothing to programs. */
  readonly isForPeople?: boolean;
  /** Where more is looked at than the form; left out, `input` parses. */
  readonly parse?: (input: unknown) => Outcome<Parsed>;
  /** Where `run` is what looks at the input. */
  readonly check?: (input: unknown) => Outcome<unknown>;
}

/** Changes something. Its refusals are values of its answer. */
export const defineCommand = <Input extends z.ZodType, Value, Parsed = z.output<Input>>({
  run,
  ...definition
}: Definition<Input, Parsed> & {
  readonly run: (call: Call, input: Parsed) => Promise<Outcome<Value>>;
}): Operation<Value, Input> => operationOf('COMMAND', definition, run);

/** Changes nothing: `view` gives what the viewer sees. */
export const defineQuery = <Input extends z.ZodType, Value, Parsed = z.output<Input>>({
  view,
  ...definition
}: Definition<Input, Parsed> & {
  readonly view: (call: Call, input: Parsed) => Promise<Outcome<Value>>;
}): Operation<Value, Input> => operationOf('QUERY', definition, view);

const operationOf = <Input extends z.ZodType, Value, Parsed>(
  kind: Operation<Value>['kind'],
  {
    name,
    description,
    input: schema,
    right = 'READ',
    isForPeople = false,
    parse = parseBy<Parsed>(schema),
    check = parse,
  }: Definition<Input, Parsed>,
  run: (call: Call, input: Parsed) => Promise<Outcome<Value>>,
): Operation<Value, Input> => ({
  kind,
  name,
  description,
  input: schema,
  right,
  faultsOf(input) {
    const checked = check(input);
    return checked.ok ? [] : faultsOf(checked.refusal.details);
  },
  async execute(call, input) {
    const missing = (['READ', right] as const).find((needed) => !hasRight(call.viewer, needed));
    if (missing) return refused(refusal('AUTHORIZATION_FAILED', rightWords[missing]));
    if (isForPeople && !seesArrangements(call.viewer)) return refused(forPeople);
    const parsed = parse(input);
    if (!parsed.ok) return parsed;
    // What only looks is worth a span to whoever traces it: the console looks all the time.
    if (kind === 'QUERY' && call.traceparent === null) return refusing(() => run(call, parsed.value));
    return inSpan(name, { kind: 'SERVER', parent: call.traceparent }, async (span) => {
      const traceparent = traceparentOfSpan(span) ?? call.traceparent;
      const outcome = await logAbout({ traceId: traceIdOf(traceparent) ?? undefined }, () =>
        refusing(() => run({ ...call, traceparent }, parsed.value)),
      );
      if (!outcome.ok) markFailed(span, outcome.refusal.code);
      return outcome;
    });
  },
});

/** What the record refuses is an answer like any other. */
const refusing = async <Value>(run: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> => {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RefusalError) return refused(error.refusal);
    throw error;
  }
};

const forPeople = refusal(
  'AUTHORIZATION_FAILED',
  'This is between people: programs see what concerns them alone.',
);

const parseBy =
  <Parsed>(schema: z.ZodType) =>
  (input: unknown): Outcome<Parsed> => {
    const read = readInput(schema, input);
    if (read.ok) return accepted(read.value as Parsed);
    return refused(invalidInput(read.faults.map(({ keys, message }) => ({ path: pathOf(keys), message }))));
  };

/** What is said where a right is missing. */
export const rightWords: Readonly<Record<Right, string>> = {
  READ: 'Your roles do not allow this.',
  SUBMIT: 'Submitting needs the submitter role.',
  EXPEDITE: 'This needs the operator role.',
  DECIDE: 'Deciding needs the approver role.',
  OPERATE: 'This needs the operator role.',
  ADMINISTER: 'This needs the admin role.',
  STOP: 'Stopping needs the approver, the operator or the admin role.',
};
