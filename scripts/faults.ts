import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { programOf, root } from './checks/run-program.ts';

/** What breaks, and the stories that show that nothing is lost by it; the numbers are those of the threat model. */
const suites: Readonly<Record<string, readonly string[]>> = {
  'T1 workers and connections die': ['run-chaos', 'worker-chaos', 'worker-loss', 'lost-worker'],
  'T2 workers sleep past their leases': ['zombie-worker'],
  'T2b the queue forgets': ['queue-loss', 'hung-queue'],
  'T2c what a process stands on is cut off or hangs': ['database-outage', 'outage'],
  'T2d clocks jump': ['clock-jump', 'request-clock'],
  'T2e work that can never succeed': ['poison', 'dead-letters', 'platform-answers', 'lanes'],
  'T6b people stop everything': ['stop-under-load', 'kill-switch'],
  'T20 processes are told to stop': ['stop', 'graceful-stop'],
  'T22 submissions are repeated': ['idempotency'],
  'Recorded decisions are made again': ['policy-versions'],
};

const stories = join(root, 'packages/server/src/stories');
const usage = `usage: npm run faults -- [--seed N] [--long] [story ...]
  --seed N  repeats what chance chose in the run that printed CHAOS_SEED=N
  --long    for hours rather than minutes; docs/operations/faults.md has the sizes
Stories:
${Object.entries(suites)
  .map(([what, names]) => `  ${what}: ${names.join(', ')}`)
  .join('\n')}`;

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
  }[];
}

/** By part: whether it holds, and how long its stories took. */
const tellParts = ({ testResults }: Report): void => {
  const ran = new Map(testResults.map((result) => [basename(result.name, '.integration.test.ts'), result]));
  for (const [part, names] of Object.entries(suites)) {
    const results = names.flatMap((name) => ran.get(name) ?? []);
    if (results.length === 0) continue;
    const ms = results.reduce((sum, { startTime, endTime }) => sum + endTime - startTime, 0);
    const broken = results.filter(({ status }) => status !== 'passed').map(({ name }) => basename(name));
    const verdict = broken.length === 0 ? 'holds' : `BROKEN in ${broken.join(', ')}`;
    console.log(`${(ms / 1_000).toFixed(1).padStart(7)} s  ${part}: ${verdict}`);
  }
};

/** Runs the stories of faults, which are among the integration tests, with a seed and a size of one's own. */
async function runFaults(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { seed: { type: 'string' }, long: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const names = positionals.length > 0 ? positionals : Object.values(suites).flat();
  const files = names.map((name) => join(stories, `${name}.integration.test.ts`));
  const missing = files.filter((file) => !existsSync(file));
  const seed = values.seed ?? String(Math.ceil(Math.random() * 2 ** 31));
  if (values.help || missing.length > 0 || !/^[1-9][0-9]*$/.test(seed)) {
    console.error([...missing.map((file) => `There is no ${file}.`), usage].join('\n'));
    return 2;
  }
  console.log(`npm run faults -- --seed ${seed}${values.long ? ' --long' : ''} repeats this run.`);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-faults-'));
  const report = join(folder, 'report.json');
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      programOf('vitest'),
      ...['run', '--project', 'integration', '--retry=0', '--reporter=default', '--reporter=json'],
      ...[`--outputFile.json=${report}`, ...files],
    ],
    {
      cwd: root,
      env: { ...process.env, CHAOS_SEED: seed, ...(values.long ? { FAULTS: 'long' } : {}) },
      stdio: 'inherit',
    },
  );
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  if (existsSync(report)) tellParts(JSON.parse(await readFile(report, 'utf8')) as Report);
  await rm(folder, { recursive: true, force: true });
  console.log(
    `${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  all, with seed ${seed}`,
  );
  return exitCode ?? 1;
}

process.exitCode = await runFaults();
