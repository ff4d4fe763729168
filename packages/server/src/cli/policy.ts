import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfiguration } from '../config.ts';
import { readInstant } from '../domain/instant.ts';
import {
  checkBundle,
  createKeptBundles,
  createPolicyThreads,
  createRulesOf,
  readPolicyData,
  replayPast,
} from '../modules/policy/index.ts';
import { openAccess } from './operator-access.ts';
import { policiesDir } from '../services/policies.ts';
import { createDecisionStore } from '../record/decision-store.ts';
import { createPolicyContents } from '../record/policy-content.ts';
import { createPolicyPast } from '../record/policy-past.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { commandLogger } from './logger.ts';
import { commandConfiguration } from './command-configuration.ts';

const options = {
  since: { type: 'string' },
  most: { type: 'string', default: '1000' },
  json: { type: 'boolean', default: false },
} as const;

const read = (words: readonly string[]) => readWords(words, options);
type Values = ReturnType<typeof read>['values'];

const pieceTimeoutMs = 20_000;
const mostReplayed = 100_000;

/** `countersign policy …`: what to print. Throws where a bundle has faults, or a decision is not what it was. */
export const runPolicy = async (words: readonly string[]): Promise<string> => {
  const { values, positionals } = read(words);
  const [act, subject, ...others] = positionals;
  if (others.length === 0 && act === 'check' && subject !== undefined) return check(subject, values);
  if (others.length === 0 && act === 'replay' && (subject === undefined) !== (values.since === undefined))
    return replay(subject ?? null, values);
  throw new UsageError('policy takes: check BUNDLE, replay ID, or replay --since TIME.');
};

const check = async (file: string, { json }: Values): Promise<string> => {
  const { policy } = (await loadConfiguration()).config;
  await using threads = createPolicyThreads(pieceTimeoutMs);
  const data = await readPolicyData(policy.dataFile ?? join(policiesDir, 'data.json'));
  const checked = await checkBundle(await readFile(file), data, policy.bundleKeys, threads);
  if (!checked.ok) throw new Error(checked.refusal.message);
  const { signedBy, bundleHash, report } = checked.value;
  const lines = report.entries.map(
    ({ isPassed, subject, message }) =>
      `${isPassed ? 'ok ' : 'NO '} ${subject ? `${subject}: ` : ''}${message}`,
  );
  const text = json
    ? JSON.stringify(checked.value)
    : [`${bundleHash}, signed by ${signedBy}`, ...lines].join('\n');
  if (!report.isPassed) throw new Error(text);
  return `${text}\n`;
};

const replay = async (id: string | null, { since, most, json }: Values): Promise<string> => {
  const { config } = await commandConfiguration();
  const from = since === undefined ? null : readInstant(since);
  if (since !== undefined && from === null) throw new UsageError('--since is ISO 8601 with a zone.');
  const limit = Math.min(Math.max(1, Number(most) || 1), mostReplayed);
  await using stack = new AsyncDisposableStack();
  const { database } = await openAccess(config, commandLogger(config), stack);
  const threads = stack.use(createPolicyThreads(pieceTimeoutMs));
  const rulesOf = createRulesOf(
    () => Promise.resolve(null),
    createKeptBundles(createPolicyContents(database)),
    threads,
  );
  const past = createPolicyPast(database);
  const keys = from ? await past.keysSince(from, limit) : await past.keysOf(id ?? '');
  if (keys.length === 0) throw new Error('There is no such decision.');
  const { counts, odd } = await replayPast(database, createDecisionStore(database), rulesOf, keys);
  const text = json
    ? JSON.stringify({ ...counts, odd })
    : [
        `${counts.SAME} the same, ${counts.DIFFERENT} different, ${counts.RULES_MISSING} without their rules`,
        ...odd,
      ].join('\n');
  if (counts.DIFFERENT > 0) throw new Error(text);
  return `${text}\n`;
};
