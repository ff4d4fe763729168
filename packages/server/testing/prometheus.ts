import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@countersign/postgres/free-port';
import { spawnGuarded } from '@countersign/postgres/guarded-process';
import { hasProgram } from './debian-package.ts';
import { until } from './until.ts';

/** Prometheus with its promtool, as Debian packs them. */
export const requirePrometheus = (): void => {
  if (hasProgram('promtool', 'prometheus')) return;
  throw new Error(
    'Tests need prometheus and promtool, which are not on this machine: install them (Debian: apt-get install prometheus).',
  );
};

export interface Prometheus extends AsyncDisposable {
  /** Series that answer an expression now. */
  queries(expression: string): Promise<readonly unknown[]>;
  /** What its HTTP API answers: `query?query=up`. @throws where it answers with an error. */
  asks(path: string): Promise<unknown>;
}

/** The machine's own Prometheus on a free port, which scrapes one server each second, with the rules of a file. */
export const startPrometheus = async (target: string, rules: string): Promise<Prometheus> => {
  requirePrometheus();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-prometheus-'));
  const port = await freePort();
  const settings = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [{ job_name: 'countersign', static_configs: [{ targets: [new URL(target).host] }] }],
  };
  // As they are, but for how often they are looked at.
  await writeFile(
    join(folder, 'rules.yaml'),
    (await readFile(rules, 'utf8')).replaceAll(/^ +interval: .*$/gm, ''),
  );
  // JSON is YAML.
  await writeFile(join(folder, 'prometheus.yaml'), JSON.stringify(settings));
  const words = [
    'prometheus',
    `--config.file=${folder}/prometheus.yaml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=exemplar-storage',
    '--log.level=error',
  ];
  const child = spawnGuarded({ words, stopSignal: 'TERM', throwaway: folder });
  const at = `http://127.0.0.1:${port}`;
  await until(
    async () => ((await fetch(`${at}/-/ready`).catch(() => null))?.ok ? true : undefined),
    () => `Prometheus is not ready (it ended with ${child.exitCode})`,
    { timeoutMs: 30_000 },
  );
  const asks: Prometheus['asks'] = async (path) => {
    const response = await fetch(`${at}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; data: unknown; error?: string };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  };
  return {
    asks,
    async queries(expression) {
      const found = await asks(`query?query=${encodeURIComponent(expression)}`);
      return (found as { readonly result: readonly unknown[] }).result;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.stdin?.destroy();
        await exit;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
};
