import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { exitCodes } from '../client/exit-codes.ts';
import type { ClientCommand } from '../client/terminal.ts';
import {
  createIntentCheck,
  intentFileName,
  intentLimits,
  type CheckIntent,
  type IntentVerdict,
} from '../doors/intents/intent-check.ts';
import { intentCodes } from '../doors/intents/intent-codes.ts';
import { readJsonFile } from '../infra/json-file.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';

const options = {
  file: { type: 'string' },
  schema: { type: 'string' },
  'security-mode': { type: 'string', default: 'strict' },
  json: { type: 'boolean', default: false },
} as const;

const read = (words: readonly string[]) => readWords(words, options);

const modes = { strict: 'STRICT', schema: 'SCHEMA' } as const;

/** `countersign intent check`: what the hand-off directory would say of a file. Nothing is submitted. */
export const runIntent: ClientCommand = async (words, terminal) => {
  const { values, positionals } = read(words);
  const [act, given, ...rest] = positionals;
  const file = given ?? values.file;
  if (act !== 'check' || file === undefined || rest.length > 0)
    throw new UsageError(
      'It is: intent check FILE [--schema FILE] [--security-mode=strict|schema] [--json].',
    );
  const mode = Object.entries(modes).find(([word]) => word === values['security-mode'])?.[1];
  if (mode === undefined) throw new UsageError('--security-mode is strict or schema.');
  const check = values.schema === undefined ? createIntentCheck() : checkBy(values.schema);
  const { intent: _, ...verdict } = check(await bytesOf(file), mode);
  const words_ = values.json ? JSON.stringify(verdict) : wordsOf(file, verdict);
  await terminal.say(`${words_}\n`);
  return verdict.valid ? exitCodes.done : exitCodes.wrong;
};

const checkBy = (path: string): CheckIntent => {
  const found = readJsonFile(path);
  const fault = (words: string): UsageError => new UsageError(`--schema ${path} ${words}.`);
  if (found.kind === 'UNREADABLE') throw fault(`cannot be read (${found.code})`);
  if (found.kind === 'FAULTY') throw fault(found.faults.join('; '));
  if (typeof found.value !== 'object' || found.value === null) throw fault('is no JSON Schema');
  try {
    return createIntentCheck(found.value);
  } catch (error) {
    throw fault(`is no JSON Schema: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** One byte more than may be is enough to say so. */
const bytesOf = async (path: string): Promise<Buffer> => {
  try {
    const { size } = await stat(path);
    return size > intentLimits.bytes ? Buffer.alloc(intentLimits.bytes + 1) : await readFile(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const wordsOf = (file: string, verdict: Omit<IntentVerdict, 'intent'>): string => {
  const { valid, code, violations, threatLevel } = verdict;
  const name = basename(file);
  const named = intentFileName.test(name)
    ? []
    : [
        `  The hand-off directory does not take a file of this name: intent-NAME.json, of letters, digits, - and _.`,
      ];
  if (valid || code === null) return [`${name} is valid.`, ...named].join('\n');
  const { words, category, action } = intentCodes[code];
  return [
    `${name} is not valid: ${code}, ${words} (${category}: ${action}; threat level ${threatLevel})`,
    ...violations.map((violation) => `  ${violation}`),
    ...named,
  ].join('\n');
};
