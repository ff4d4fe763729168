import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { reasonLack } from '@countersign/shared';
import { verdictWords, verifyFile } from '@countersign/audit/verify-audit';
import { fileCipherOf } from '../backups.ts';
import { loadConfiguration } from '../config.ts';
import { readCursor } from '../domain/log-cursor.ts';
import { systemClock } from '../infra/clock.ts';
import { renameDurably } from '../infra/durable-files.ts';
import { keyOfFile } from '../infra/file-cipher.ts';
import { nameProcess } from '../infra/process-name.ts';
import type { AccessService } from '../modules/access/index.ts';
import {
  createArchiveFiles,
  eraseArchived,
  eraseEntries,
  exportEvidence,
  exportRecord,
  noteExport,
  openAuditKey,
  rotateAuditKey,
  sealAll,
} from '../modules/audit/index.ts';
import { lastArchive } from '../record/archive-store.ts';
import { placeInLog } from '../record/event-store.ts';
import { hasTask } from '../record/evidence-store.ts';
import { openAccess } from './operator-access.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { commandLogger } from './logger.ts';
import { commandConfiguration } from './command-configuration.ts';

const options = {
  out: { type: 'string' },
  tenant: { type: 'string' },
  task: { type: 'string' },
  key: { type: 'string', multiple: true },
  seq: { type: 'string' },
  reason: { type: 'string' },
  anchor: { type: 'string' },
  'after-archive': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof read>['values'];

const read = (words: readonly string[]) => readWords(words, options);

/** `countersign audit …`: what to print. Throws where a copy is not the record. */
export const runAudit = async (words: readonly string[]): Promise<string> => {
  const { values, positionals } = read(words);
  const [act, ...rest] = positionals;
  const [file, ...others] = rest;
  if (act === 'export' && rest.length === 0) return writeExport(values);
  if (act === 'verify' && file !== undefined) return verified([file, ...others], values);
  if (act === 'erase' && rest.length === 0) return erase(values);
  if (act === 'rotate-key' && rest.length === 0) return rotate(values);
  throw new UsageError(
    'audit takes: export --out FILE, verify FILE… --key KEY_FILE, erase --task ID --reason WORDS, or rotate-key --reason WORDS.',
  );
};

const verified = async (files: readonly string[], { key, anchor, json }: Values): Promise<string> => {
  if (key === undefined)
    throw new UsageError('audit verify takes --key KEY_FILE, the audit.pub of the installation.');
  const read = (await Promise.all(files.map(isEncryptedFile))).includes(true)
    ? fileCipherOf((await loadConfiguration()).config).openAnywhere
    : undefined;
  const verdict = verifyFile(files, key, anchor ?? null, read);
  const text = json ? JSON.stringify(verdict) : verdictWords(verdict);
  if (!verdict.ok) throw new Error(text);
  return `${text}\n`;
};

/** Files of the archive may be; who checks a copy needs no configuration. */
const isEncryptedFile = async (path: string): Promise<boolean> => {
  // What comes through a pipe comes once.
  if (!(await stat(path)).isFile()) return false;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return keyOfFile(buffer.subarray(0, bytesRead)) !== null;
  } finally {
    await file.close();
  }
};

/** The file is there once it is whole. */
const writeExport = async ({
  out,
  tenant,
  task,
  json,
  'after-archive': isAfterArchive,
}: Values): Promise<string> => {
  if (out === undefined) throw new UsageError('audit export takes --out FILE.');
  const { config } = await commandConfiguration();
  await using stack = new AsyncDisposableStack();
  const logger = commandLogger(config);
  const { database, journal, access } = await openAccess(config, logger, stack, { readsHistory: true });
  const { id: tenantId, name } = await chosenTenant(access, tenant ?? null);
  const clock = systemClock;
  const files = createArchiveFiles(config.retention.archiveFolder, fileCipherOf(config));
  const deps = { database, key: await openAuditKey({ database, clock }, config.home), clock, files };
  if (task !== undefined && !(await hasTask(database, tenantId, task)))
    throw new Error(`${name} has no task ${task}.`);
  await noteExport(journal, systemClock.now(), {
    tenantId,
    actorId: null,
    taskId: task ?? null,
    through: 'CLI',
  });
  await sealAll(deps);
  const after = isAfterArchive ? ((await lastArchive(database, tenantId)) ?? undefined) : undefined;
  const lines =
    task === undefined
      ? exportRecord({ ...deps, database: database.history }, tenantId, after)
      : exportEvidence(deps, tenantId, task);
  await pipeline(Readable.from(lines), createWriteStream(`${out}.part`, { mode: 0o600, flush: true }));
  await renameDurably(`${out}.part`, out);
  return json
    ? `${JSON.stringify({ tenant: name, file: out })}\n`
    : `Exported ${task === undefined ? 'the record' : 'the evidence of a task'} of ${name} to ${out}.\n\n  Check it, here or elsewhere:  countersign audit verify ${out} --key ${config.home}/audit.pub --anchor ${config.audit.anchor.file}\n`;
};

const reasonOf = ({ reason }: Values): string => {
  const lack = reason === undefined ? 'is missing' : reasonLack(reason);
  if (reason === undefined || lack !== null)
    throw new UsageError('Say --reason WORDS, for the record: why, in ten characters or more.');
  return reason;
};

/** What eraseAuditEntries does, by the operator of the machine. */
const erase = async (values: Values): Promise<string> => {
  const { task, seq, tenant, json } = values;
  const reason = reasonOf(values);
  const cursor = seq === undefined ? null : readCursor(seq);
  if ((task === undefined) === (cursor === null))
    throw new UsageError('audit erase takes --task ID, or --seq SEQ of one entry.');
  const { config } = await commandConfiguration();
  await using stack = new AsyncDisposableStack();
  const { database, journal, access } = await openAccess(config, commandLogger(config), stack);
  const { id: tenantId, name } = await chosenTenant(access, tenant ?? null);
  const clock = systemClock;
  const deps = {
    ...{ database, journal, clock, processName: nameProcess() },
    key: await openAuditKey({ database, clock }, config.home),
    files: createArchiveFiles(config.retention.archiveFolder, fileCipherOf(config)),
  };
  const at = cursor && (await placeInLog(database, cursor));
  if (cursor && at === null)
    throw new Error(
      `${seq} is not of this log, which was set back to an earlier copy of its data since, or is another one. Give the seq that the API tells of the entry now.`,
    );
  const what = task === undefined ? { seq: at ?? 0n, reason } : { taskId: task, reason };
  const eraser = { tenantId, id: null };
  let erased = 0;
  for (;;) {
    const inLog = await eraseEntries(deps, eraser, what);
    const isThere = inLog.ok || inLog.refusal.code !== 'RESOURCE_NOT_FOUND';
    const outcome = isThere ? inLog : await eraseArchived(deps, eraser, what);
    if (!outcome.ok && erased === 0) throw new Error(outcome.refusal.message);
    if (!outcome.ok) break;
    erased += outcome.value.erased;
  }
  return json
    ? `${JSON.stringify({ tenant: name, erased })}\n`
    : `Erased what ${erased} ${erased === 1 ? 'entry' : 'entries'} of ${name} said. That they were, and every proof, stays.\n`;
};

const rotate = async (values: Values): Promise<string> => {
  const reason = reasonOf(values);
  const { config } = await commandConfiguration();
  await using stack = new AsyncDisposableStack();
  const { database, journal, access } = await openAccess(config, commandLogger(config), stack);
  const tenantIds = (await access.findTenants()).map(({ id }) => id);
  const deps = { database, journal, clock: systemClock };
  const rotation = await rotateAuditKey(deps, { home: config.home, tenantIds, reason });
  const { from, to, isSigned } = rotation;
  const how = isSigned
    ? 'The key before signed for it.'
    : 'The key before was not there, so it did not sign for this one: the record says so.';
  return values.json
    ? `${JSON.stringify(rotation)}\n`
    : `The key ${to} seals the record from now on, after ${from}. ${how}\n\n  Take its public half away, to where copies are checked:  ${config.home}/audit.pub\n`;
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
