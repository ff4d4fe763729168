import { createDatabaseClock } from '../infra/database-clock.ts';
import { nameProcess } from '../infra/process-name.ts';
import { fileCipherOf } from '../backups.ts';
import { createArchiveFiles, openAuditKey } from '../modules/audit/index.ts';
import { planRetention, retainAll, type RetentionLine } from '../modules/retention/index.ts';
import { openAccess } from './operator-access.ts';
import { retentionOf } from '../retention.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { commandLogger } from './logger.ts';
import { commandConfiguration } from './command-configuration.ts';

const read = (words: readonly string[]) => readWords(words, { json: { type: 'boolean', default: false } });

/** `countersign retention …`: what to print. */
export const runRetention = async (words: readonly string[]): Promise<string> => {
  const { values, positionals } = read(words);
  const [act, ...rest] = positionals;
  if ((act !== 'plan' && act !== 'run') || rest.length > 0)
    throw new UsageError('retention takes: plan, or run.');
  const { config } = await commandConfiguration();
  await using stack = new AsyncDisposableStack();
  const logger = commandLogger(config);
  const { database, journal, access } = await openAccess(config, logger, stack);
  const clock = stack.use(await createDatabaseClock(database, logger));
  const key = await openAuditKey({ database, clock }, config.home);
  const files = createArchiveFiles(config.retention.archiveFolder, fileCipherOf(config));
  const parts = { database, journal, clock, access, processName: nameProcess(), sealing: { key, files } };
  const deps = retentionOf(() => config, parts, logger);
  if (act === 'plan') {
    const lines = await planRetention(deps);
    return values.json ? `${JSON.stringify({ lines })}\n` : lines.map(lineWords).join('');
  }
  const removed = await retainAll(deps, new AbortController().signal);
  return values.json ? `${JSON.stringify({ removed })}\n` : `Removed ${removed.toLocaleString('en')}.\n`;
};

const dayMs = 86_400_000;

const lineWords = ({ kind, keepMs, due, dueSince }: RetentionLine): string => {
  const kept = keepMs === null ? 'for ever' : `${Number((keepMs / dayMs).toFixed(2))} days`;
  const counted = due === null ? 'some' : due.toLocaleString('en');
  const past =
    dueSince === null ? 'nothing is past that' : `${counted} past that, since ${dueSince.toISOString()}`;
  return `${kind.padEnd(16)} ${kept.padEnd(12)} ${past}\n`;
};
