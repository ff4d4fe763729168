import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedSpecialists } from '../agents/installed.ts';
import { exitCodes } from '../client/exit-codes.ts';
import type { ClientCommand } from '../client/terminal.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { loadConfiguration, type Config } from '../config.ts';
import { withoutLimits } from '../config/limit-settings.ts';
import { evaluateAgents } from '../evaluation/evaluate-agents.ts';
import { isAsExpected, reportText, totalsOf } from '../evaluation/evaluation-report.ts';
import { readEvaluationSet } from '../evaluation/evaluation-set.ts';
import { createLogger } from '../infra/logger.ts';

const options = {
  live: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const read = (words: readonly string[]) => readWords(words, options);

/** `countersign agents evaluate`: how well agents plan the goals of their sets. Nothing of a plan runs. */
export const runAgents: ClientCommand = async (words, { say }) => {
  const { values, positionals } = read(words);
  const [act, agent, ...others] = positionals;
  const known = installedSpecialists.map(({ name }) => name);
  if (act !== 'evaluate' || others.length > 0)
    throw new UsageError('agents takes: evaluate [AGENT], with --live and --json.');
  if (agent !== undefined && !known.includes(agent))
    throw new UsageError(`There is no agent ${agent}: it is one of ${known.join(', ')}.`);
  const { config } = await loadConfiguration();
  if (values.live && Object.keys(config.agents.models).length === 0)
    throw new UsageError('No model is configured that --live could ask: set ANTHROPIC_API_KEY, or models.');
  const home = await mkdtemp(join(tmpdir(), 'countersign-evaluation-'));
  try {
    const reports = await evaluateAgents({
      config: await apart(config, home),
      logger: createLogger({ level: 'error', destination: process.stderr }),
      sets: (agent === undefined ? known : [agent]).map(readEvaluationSet),
      isLive: values.live,
    });
    const agents = reports.map((report) => ({ ...report, totals: totalsOf(report) }));
    await say(values.json ? `${JSON.stringify({ agents })}\n` : reportText(reports));
    return isAsExpected(reports) ? exitCodes.done : exitCodes.unsuccessful;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

/** Of the configuration the models alone count: home, database, platforms and people are the evaluation's own. */
const apart = async ({ agents, executors }: Config, home: string): Promise<Config> => {
  const env = { PATH: executors.programEnvironment['PATH'], COUNTERSIGN_HOME: home };
  const { config } = await loadConfiguration({ env, cwd: home });
  return {
    ...config,
    http: { host: '127.0.0.1', port: 0, publicUrl: null, tls: null, limits: withoutLimits },
    intents: null,
    agents,
    executors: { ...config.executors, egress: executors.egress },
    sandbox: true,
  };
};
