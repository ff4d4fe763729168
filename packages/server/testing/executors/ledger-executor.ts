import type { IdempotencyCapability } from '@countersign/shared';
import { z } from 'zod';
import { accepted } from '../../src/domain/errors.ts';
import type { HttpResponse } from '../../src/infra/http-client.ts';
import { failureOfStatus } from '../../src/platforms/kit/response-status.ts';
import { ExecutorError, type ActionExecutor, type ApplyContext } from '../../src/platforms/index.ts';

const ledgerInput = z.strictObject({ resource: z.string().min(1).max(100), value: z.json() });
export type LedgerInput = z.infer<typeof ledgerInput>;
export type LedgerOutput = { readonly id: string };

const effectSchema = z.object({ id: z.string() });
const effectsSchema = z.object({ effects: z.array(effectSchema) });
const resourceSchema = z.object({ version: z.int() });

export interface LedgerExecutorOptions {
  /** A ledger platform's URL. */
  readonly baseUrl: string;
  /** What the executor says of the platform, which must behave so. */
  readonly idempotency: IdempotencyCapability;
  readonly timeMs?: number;
}

/** Makes effects at a ledger platform, whose file then tells how often each was made. */
export const createLedgerExecutor = ({
  baseUrl,
  idempotency,
  timeMs = 10_000,
}: LedgerExecutorOptions): ActionExecutor<LedgerInput, LedgerOutput> => {
  const findEffect = async ({ http, signal, idempotencyKey }: ApplyContext): Promise<LedgerOutput | null> => {
    const url = `${baseUrl}/effects?key=${idempotencyKey}`;
    const { effects } = effectsSchema.parse(jsonOf(await http.request({ method: 'GET', url, signal })));
    return effects[0] ? { id: effects[0].id } : null;
  };
  return {
    traits: {
      name: 'ledger.append',
      version: 1,
      platform: 'ledger',
      category: 'WRITE',
      idempotency,
      reversible: false,
      budget: { timeMs, network: 'INTERNAL' },
    },
    description: 'Appends one value to a resource of a ledger platform.',
    input: ledgerInput,
    reads: [
      { method: 'GET', path: '/effects' },
      { method: 'GET', path: '/effects/{id}' },
      { method: 'GET', path: '/resources/{name}' },
    ],
    endpointOf: () => baseUrl,
    plan: async ({ resource, value }, { http, signal }) => {
      const url = `${baseUrl}/resources/${encodeURIComponent(resource)}`;
      const { version } = resourceSchema.parse(jsonOf(await http.request({ method: 'GET', url, signal })));
      return accepted({
        summary: `Append to ${resource}`,
        targets: [{ kind: 'resource', name: resource }],
        precondition: { version },
        diffs: [{ type: 'FIELD', path: `/${resource}`, before: null, after: value }],
        findings: [],
      });
    },
    apply: async (input, context) => {
      const { http, signal, idempotencyKey, precondition } = context;
      if (idempotency === 'LOOKUP' || idempotency === 'CONDITIONAL') {
        const earlier = await findEffect(context);
        if (earlier) return earlier;
      }
      const response = await http.request({
        method: 'POST',
        url: `${baseUrl}/effects`,
        headers: {
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
          'sent-at': new Date().toISOString(),
          'if-match': String(resourceSchema.parse(precondition).version),
        },
        body: JSON.stringify(input),
        signal,
      });
      // It was held to the version of the plan, so a 412 is an answer to our own check.
      if (response.status === 412) {
        throw new ExecutorError('PRECONDITION_FAILED', 'The resource has another version by now.', {
          effect: 'NONE',
        });
      }
      return { id: effectSchema.parse(jsonOf(response, 'POST')).id };
    },
    verify: async (_input, { id }, { http, signal }) => {
      const { status } = await http.request({ method: 'GET', url: `${baseUrl}/effects/${id}`, signal });
      if (status === 200) return;
      throw new ExecutorError('DEPENDENCY_FAILED', `The platform does not hold ${id}.`, {
        effect: 'UNKNOWN',
        retriable: false,
      });
    },
    reconcile: async (_input, context) => {
      const output = await findEffect(context);
      return output ? { kind: 'FOUND', output } : { kind: 'ABSENT' };
    },
  };
};

const jsonOf = (response: HttpResponse, method = 'GET'): unknown => {
  const failure = failureOfStatus(response, method, Date.now());
  if (failure) throw failure;
  return JSON.parse(response.body.toString('utf8'));
};
