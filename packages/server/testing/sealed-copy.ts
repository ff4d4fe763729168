import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readKeys, verdictWords, verifyLines } from '@countersign/audit/verify-audit';
import { exportRecord, sealAll } from '../src/modules/audit/index.ts';
import { readBacklog } from '../src/record/seal-store.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

/** Seals what the log holds by now. */
export const sealed = async ({ services }: Pick<World, 'services'>) => {
  const deps = { database: services.database, clock: services.clock, ...services.sealing };
  await until(
    async () => {
      await sealAll(deps);
      return (await readBacklog(deps.database)).oldestAt === null ? true : undefined;
    },
    // Transactions of other databases of the server hold its horizon back.
    () => 'something is not sealed yet',
  );
  return deps;
};

/** The tenant's whole record as an auditor gets it, line by line. */
export const sealedCopy = async (world: Pick<World, 'services' | 'tenantId'>): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of exportRecord(await sealed(world), world.tenantId)) lines.push(line);
  return lines;
};

/** What an auditor says of it who has nothing else of ours: the fault, or null, and the entries by their seq. */
export const judgedCopy = async (
  world: Pick<World, 'services' | 'tenantId' | 'config'>,
): Promise<{ readonly fault: string | null; readonly seqs: ReadonlySet<string> }> => {
  const lines = await sealedCopy(world);
  const keys = readKeys(await readFile(join(world.config.home, 'audit.pub'), 'utf8'));
  const verdict = verifyLines(
    lines.map((line) => Buffer.from(line.trimEnd())),
    keys,
  );
  const entries = lines.map((line) => JSON.parse(line) as { kind: string; seq?: string });
  return {
    fault: verdict.ok ? null : verdictWords(verdict),
    seqs: new Set(entries.flatMap(({ kind, seq }) => (kind === 'entry' ? String(seq) : []))),
  };
};
