import { z } from 'zod';
import { accepted } from '../../src/domain/errors.ts';
import type { Json } from '../../src/domain/json.ts';
import type { ActionExecutor, AnyExecutor, ApplyContext } from '../../src/platforms/index.ts';

const input = z.strictObject({ label: z.string(), body: z.json() });
type RecordedInput = z.infer<typeof input>;

/** What the executor was given, when it was called for real. */
export interface RecordedCall extends Pick<ApplyContext, 'tenantId' | 'taskId' | 'precondition'> {
  readonly input: RecordedInput;
}

/** What its plans say the target must still be. */
export const recordedPrecondition: Json = { etag: '"v7"' };

/** Does nothing but remember what it was called with. */
export const createRecordingExecutor = (calls: RecordedCall[]): AnyExecutor => {
  const executor: ActionExecutor<RecordedInput, Json> = {
    traits: {
      name: 'noop.record',
      version: 1,
      platform: 'noop',
      category: 'WRITE',
      idempotency: 'NATIVE_KEY',
      reversible: true,
      budget: { timeMs: 60_000, network: 'NONE' },
    },
    description: 'Remembers that it was called.',
    input,
    plan: async ({ label }) =>
      accepted({
        summary: `Record ${label}`,
        targets: [{ kind: 'record', name: label }],
        precondition: recordedPrecondition,
        // Many tasks record the same, and none waits for another.
        claims: [],
        diffs: [{ type: 'FIELD', path: `/${label}`, before: null, after: 1 }],
        findings: [{ severity: 'LOW', message: 'It is remembered.' }],
      }),
    async apply(given, { tenantId, taskId, precondition }) {
      calls.push({ tenantId, taskId, precondition, input: given });
      return null;
    },
    verify: async () => {},
  };
  return executor;
};
