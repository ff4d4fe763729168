import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { keyIdOf, verdictWords, verifyFile } from '@countersign/audit/verify-audit';
import { readConfig } from './config.ts';
import { systemClock } from './infra/clock.ts';
import { createLogger } from './infra/logger.ts';
import { openSigningKey } from './infra/signing-key.ts';
import type { AccessService } from './modules/access/index.ts';
import { exportEvidence, exportRecord, noteExport, sealAll } from './modules/audit/index.ts';
import { hasTask } from './record/evidence-store.ts';
import { openAccess } from './operator-access.ts';
import { UsageError } from './usage-error.ts';

const options = {
  out: { type: 'string' },
  tenant: { type: 'string' },
  task: { type: 'string' },
  key: { type: 'string' },
  anchor: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof read>['values'];

const read = (words: readonly string[]) => {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

/** `countersign audit …`: what to print. Throws where a copy is not the record. */
export const runAudit = async (words: readonly string[]): Promise<string> => {
  const { values, positionals } = read(words);
  const [act, ...rest] = positionals;
  const [file, ...others] = rest;
  if (act === 'export' && rest.length === 0) return writeExport(values);
  if (act === 'verify' && file !== undefined && others.length === 0) return verified(file, values);
  throw new UsageError('audit takes: export --out FILE, or verify FILE --key KEY_FILE.');
};

const verified = (file: string, { key, anchor, json }: Values): string => {
  if (key === undefined)
    throw new UsageError('audit verify takes --key KEY_FILE, the audit.pub of the installation.');
  const verdict = verifyFile(file, key, anchor ?? null);
  const text = json ? JSON.stringify(verdict) : verdictWords(verdict);
  if (!verdict.ok) throw new Error(text);
  return `${text}\n`;
};

/** The file is there once it is whole. */
const writeExport = async ({ out, tenant, task, json }: Values): Promise<string> => {
  if (out === undefined) throw new UsageError('audit export takes --out FILE.');
  const config = readConfig();
  await using stack = new AsyncDisposableStack();
  const logger = createLogger({ level: config.log.level });
  const { database, journal, access } = await openAccess(config, logger, stack);
  const { id: tenantId, name } = await chosenTenant(access, tenant ?? null);
  const deps = { database, key: openSigningKey(config.home, 'audit', keyIdOf), clock: systemClock };
  if (task !== undefined && !(await hasTask(database, tenantId, task)))
    throw new Error(`${name} has no task ${task}.`);
  await noteExport(journal, systemClock.now(), {
    tenantId,
    actorId: null,
    taskId: task ?? null,
    through: 'CLI',
  });
  await sealAll(deps);
  const lines = task === undefined ? exportRecord(deps, tenantId) : exportEvidence(deps, tenantId, task);
  await pipeline(Readable.from(lines), createWriteStream(`${out}.part`, { mode: 0o600 }));
  await rename(`${out}.part`, out);
  return json
    ? `${JSON.stringify({ tenant: name, file: out })}\n`
    : `Exported ${task === undefined ? 'the record' : 'the evidence of a task'} of ${name} to ${out}.\n\n  Check it, here or elsewhere:  countersign audit verify ${out} --key ${config.home}/audit.pub --anchor ${config.audit.anchor.file}\n`;
};

const chosenTenant = async (access: AccessService, name: string | null) => {
  const tenants = await access.findTenants();
  const names = tenants.map((tenant) => tenant.name).join(', ');
  const [tenant, ...others] = tenants.filter((each) => name === null || each.name === name);
  if (!tenant)
    throw new Error(
      name === null ? 'There is no tenant yet.' : `There is no tenant ${name}; there are ${names}.`,
    );
  if (others.length > 0) throw new UsageError(`There are several tenants: say --tenant, one of ${names}.`);
  return tenant;
};
