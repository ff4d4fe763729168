import { z } from 'zod';
import { accepted } from '../../src/domain/errors.ts';
import { failureOfStatus } from '../../src/platforms/kit/response-status.ts';
import type { AnyExecutor, ApplyContext } from '../../src/platforms/index.ts';
import { createLedgerExecutor, type LedgerInput } from './ledger-executor.ts';

const effectSchema = z.object({ id: z.string() });
const resourceSchema = z.object({ name: z.string(), version: z.int(), value: z.json() });

/** As `ledger.keyed`, and undone by an entry that says so: a second one with its key is a replay. */
export const createUndoableExecutor = (baseUrl: string): AnyExecutor => {
  const executor = createLedgerExecutor({ baseUrl, idempotency: 'NATIVE_KEY', timeMs: 60_000 });
  const undoable: typeof executor = {
    ...executor,
    traits: { ...executor.traits, name: 'ledger.undoable', reversible: true },
    compensate: async ({ resource }: LedgerInput, { id }, context: ApplyContext) => {
      const response = await context.http.request({
        method: 'POST',
        url: `${baseUrl}/effects`,
        headers: { 'content-type': 'application/json', 'idempotency-key': context.idempotencyKey },
        body: JSON.stringify({ resource, value: { undoes: id } }),
        signal: context.signal,
      });
      const failure = failureOfStatus(response, 'POST', Date.now());
      if (failure) throw failure;
      return effectSchema.parse(JSON.parse(response.body.toString('utf8')));
    },
  };
  return undoable;
};

const versionSchema = z.object({ version: z.int() });

/** As `ledger.marked`, and planned upon what earlier steps leave of its resource. */
export const createUponExecutor = (baseUrl: string): AnyExecutor => {
  const executor = createLedgerExecutor({ baseUrl, idempotency: 'LOOKUP', timeMs: 60_000 });
  const upon: typeof executor = {
    ...executor,
    traits: { ...executor.traits, name: 'ledger.upon' },
    isAsForeseen: (foreseen, found) =>
      versionSchema.parse(foreseen).version === versionSchema.parse(found).version,
    plan: async (input, context) => {
      const planned = await executor.plan(input, context);
      if (!planned.ok) return planned;
      const left = context.foreseen?.at(-1) ?? planned.value.precondition;
      const { version } = versionSchema.parse(left);
      return accepted({ ...planned.value, precondition: { version }, leaves: { version: version + 1 } });
    },
  };
  return upon;
};

/** Reads a resource of the ledger, for gates to judge. */
export const createLookExecutor = (baseUrl: string): AnyExecutor => {
  const { reconcile: _, ...rest }: AnyExecutor = createLedgerExecutor({ baseUrl, idempotency: 'NONE' });
  const input = z.strictObject({ resource: z.string() });
  return {
    ...rest,
    traits: { ...rest.traits, name: 'ledger.look', category: 'READ' },
    description: 'Reads one resource of a ledger platform.',
    input,
    plan: (params) =>
      Promise.resolve(
        accepted({
          summary: `Look at ${input.parse(params).resource}`,
          targets: [{ kind: 'resource', name: input.parse(params).resource }],
          precondition: null,
          diffs: [],
          findings: [],
        }),
      ),
    apply: async (params, { http, signal }) => {
      const url = `${baseUrl}/resources/${encodeURIComponent(input.parse(params).resource)}`;
      const { body } = await http.request({ method: 'GET', url, signal });
      const { version, value } = resourceSchema.parse(JSON.parse(body.toString('utf8')));
      return { version, value };
    },
    verify: () => Promise.resolve(),
  };
};
