import type { Environment } from '@countersign/shared';
import type { Json, JsonObject } from '../../domain/json.ts';

/** What an intent of a type becomes: the intent itself, or an action whose params are constants and fields of it. */
export interface IntentAction {
  readonly type: string;
  /** Handed over as they are. */
  readonly params?: JsonObject | undefined;
  /** Param → field of the intent; every field under its own name where left out. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

const priorities: Readonly<Record<string, string>> = {
  low: 'LOW',
  normal: 'NORMAL',
  high: 'HIGH',
  critical: 'CRITICAL',
};

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

/** What an intent says in one word. */
export const wordOf = (value: Json | undefined): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** The label by which a task is known to be of one claim of a file, and of no other file. */
export const claimTag = (claimId: string): string => `intent:${claimId}`;

/**
 * The submission that every other door would make of it. A correlation id is taken once: it is the idempotency key,
 * and the claim is in the body, so that the same claim finds its task again and every other file is refused.
 */
export const submissionOf = (
  intent: JsonObject,
  action: IntentAction,
  claimId: string,
  environment: Environment,
): JsonObject => {
  const { target, namespace, replicas, reason, source, priority } = intent;
  const correlationId = textOf(intent['correlation_id']);
  const params = action.fields
    ? Object.fromEntries(
        Object.entries(action.fields).flatMap(([param, field]) =>
          intent[field] === undefined ? [] : [[param, intent[field]]],
        ),
      )
    : intent;
  const what = `Scale ${wordOf(target)} in ${wordOf(namespace)} to ${wordOf(replicas)} replicas`;
  return {
    idempotencyKey: correlationId === null ? `intent-file/${claimId}` : `intent/${correlationId}`,
    goal: textOf(reason) === null ? what : `${what}: ${wordOf(reason)}`,
    actions: [{ type: action.type, params: { ...action.params, ...params } }],
    environment,
    priority: priorities[textOf(priority) ?? 'normal'] ?? 'NORMAL',
    tags: ['intent-file', claimTag(claimId)],
    ...(correlationId !== null && { correlationId }),
    ...(textOf(source) !== null && { source: textOf(source) }),
    ...(textOf(reason) !== null && { justification: textOf(reason) }),
  };
};
