import * as fc from 'fast-check';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createPolicyEngine } from '../packages/server/src/modules/policy/policy-engine.ts';
import type { PolicyEngine, PolicyEvaluation } from '../packages/server/src/modules/policy/policy-engine.ts';
import type { PolicyData } from '../packages/server/src/modules/policy/policy-engine-settings.ts';
import { readPolicyData } from '../packages/server/src/modules/policy/policy-engine-settings.ts';
import { anyPolicyData, anyPolicyInput } from '../packages/server/testing/policy-arbitraries.ts';
import { policiesDir, regoFiles } from './opa.ts';
import type { Opa } from './opa.ts';

const inputsPerData = 500;
const dataSets = 10;
const patientMs = 10_000;

/**
 * 5,000 generated inputs, over the shipped data and nine generated sets of it, must get the same verdict
 * from the bundle in process and from a real OPA server with the Rego sources. Throws on the first that does not.
 */
export const comparePolicies = async (opa: Opa, bundleDir: string): Promise<string> => {
  const seed = Date.now() % 2 ** 31;
  console.log(`policies: comparing with seed ${seed}`);
  const shipped = await readPolicyData(join(policiesDir, 'data.json'));
  const generated = fc.sample(anyPolicyData, { numRuns: dataSets - 1, seed });
  const tally = { denied: 0, asked: 0, silent: 0 };
  for (const [index, data] of [shipped, ...generated].entries()) {
    await withBothEngines(opa, bundleDir, data, (inProcess, server) =>
      compareOn({ inProcess, server, seed: seed + index, tally }),
    );
  }
  const counts = `${tally.denied} denied, ${tally.asked} asked for people, ${tally.silent} silent`;
  return `policies: ${dataSets * inputsPerData} inputs, 0 disagreements (${counts})`;
};

interface Comparison {
  readonly inProcess: PolicyEngine;
  readonly server: PolicyEngine;
  readonly seed: number;
  readonly tally: { denied: number; asked: number; silent: number };
}

/** Each names its own rules: compiled here, sources there. */
const saidBy = ({ bundleHash: _, ...said }: PolicyEvaluation) => said;

const compareOn = async ({ inProcess, server, seed, tally }: Comparison): Promise<void> => {
  const agrees = fc.asyncProperty(anyPolicyInput, async (input) => {
    const [ours, theirs] = await Promise.all([inProcess.evaluate(input), server.evaluate(input)]);
    if (ours.kind === 'fault' || !isDeepStrictEqual(saidBy(ours), saidBy(theirs))) {
      throw new Error(`in process: ${JSON.stringify(ours)}\nOPA server: ${JSON.stringify(theirs)}`);
    }
    const { deny, hard, require } = ours.verdict;
    tally[deny.length > 0 ? 'denied' : hard.length + require.length > 0 ? 'asked' : 'silent'] += 1;
  });
  await fc.assert(agrees, { numRuns: inputsPerData, seed });
};

const withBothEngines = async (
  opa: Opa,
  bundleDir: string,
  data: PolicyData,
  use: (inProcess: PolicyEngine, server: PolicyEngine) => Promise<void>,
): Promise<void> => {
  const scratch = await mkdtemp(join(tmpdir(), 'countersign-conformance-'));
  const dataFile = join(scratch, 'data.json');
  await writeFile(dataFile, JSON.stringify(data));
  const opaUrl = `http://127.0.0.1:${await freePort()}`;
  const { rules } = await regoFiles();
  const args = [
    'run',
    '--server',
    '--addr',
    new URL(opaUrl).host,
    '--log-level',
    'error',
    ...rules,
    dataFile,
  ];
  const child = spawn(opa.program, args, { cwd: policiesDir, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    await isHealthy(opaUrl);
    await use(
      await createPolicyEngine({ bundleDir, dataFile, timeoutMs: patientMs }),
      await createPolicyEngine({ bundleDir, opaUrl, timeoutMs: patientMs }),
    );
  } finally {
    child.kill('SIGKILL');
    await ended;
    await rm(scratch, { recursive: true });
  }
};

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
};

const isHealthy = async (opaUrl: string): Promise<void> => {
  const deadline = Date.now() + patientMs;
  while (Date.now() < deadline) {
    const response = await fetch(`${opaUrl}/health`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The OPA server did not start.');
};
