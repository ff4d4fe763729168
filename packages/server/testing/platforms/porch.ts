import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a test wants the next runs to go: a file of it stands at PORCH_BEHAVIOUR. */
export interface PorchBehaviour {
  /** Ends with this code instead of succeeding. */
  readonly exitCode?: number;
  readonly stderr?: string;
  /** Whether the cluster is changed before that. */
  readonly hasActed?: boolean;
  readonly isLying?: boolean;
  /** Before it does anything. */
  readonly waitMs?: number;
  readonly stdout?: string;
}

interface Intent {
  readonly intent_type: string;
  readonly target: string;
  readonly namespace: string;
  readonly replicas: number;
}

const fail = (code: number, message: string): never => {
  process.stderr.write(`Error: ${message}\n`);
  process.exit(code);
};

const readIntent = (file: string): Intent => {
  try {
    const intent = JSON.parse(readFileSync(file, 'utf8')) as Partial<Intent>;
    const { intent_type: type, target, namespace, replicas } = intent;
    const isNamed = typeof target === 'string' && typeof namespace === 'string';
    if (type === 'scaling' && isNamed && Number.isInteger(replicas)) return intent as Intent;
  } catch {
    // As for one that has the wrong fields.
  }
  return fail(1, 'invalid intent format');
};

const exitCodes: Readonly<Record<number, number>> = { 401: 3, 403: 3, 404: 2, 422: 1, 429: 5 };

/** The deployment's scale at the API server; ends the program where that says no. */
const askCluster = async ({ namespace, target }: Intent, replicas?: number): Promise<number> => {
  const { CLUSTER_URL: server, CLUSTER_TOKEN: token } = process.env;
  const url = `${server}/apis/apps/v1/namespaces/${namespace}/deployments/${target}/scale`;
  const json = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: target, namespace },
    spec: { replicas },
  };
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(replicas === undefined ? {} : { method: 'PUT', body: JSON.stringify(json) }),
  }).catch(() => fail(4, `dial tcp: the cluster at ${server} cannot be reached`));
  if (!response.ok)
    fail(
      exitCodes[response.status] ?? 4,
      response.status === 404
        ? `deployment.apps "${target}" not found`
        : `the cluster answered ${response.status}`,
    );
  const scale = (await response.json()) as { spec: { replicas?: number } };
  return scale.spec.replicas ?? 0;
};

const { values } = parseArgs({
  // As programs written in Go take them, with one dash.
  args: process.argv.slice(2).map((word) => word.replace(/^-(?=\w)/, '--')),
  options: {
    intent: { type: 'string' },
    out: { type: 'string' },
    structured: { type: 'boolean', default: false },
  },
});
const startedAt = performance.now();
const behaviourFile = process.env['PORCH_BEHAVIOUR'] ?? '';
const behaviour: PorchBehaviour = existsSync(behaviourFile)
  ? (JSON.parse(readFileSync(behaviourFile, 'utf8')) as PorchBehaviour)
  : {};
if (behaviour.waitMs !== undefined) await sleep(behaviour.waitMs);
const intent = readIntent(values.intent ?? '');
const { namespace, target: name, replicas } = intent;
const previous = await askCluster(intent);
const isActing = !behaviour.isLying && (behaviour.exitCode === undefined || behaviour.hasActed);
if (isActing) await askCluster(intent, replicas);
if (behaviour.exitCode !== undefined) fail(behaviour.exitCode, behaviour.stderr ?? 'as planned');
const packageName = `${name}-v1.0.${replicas}`;
writeFileSync(join(values.out ?? '.', `${packageName}.json`), JSON.stringify({ namespace, name, replicas }));
const direct = [
  `Package successfully created: ${packageName}`,
  `Deployment target: ${namespace}/${name}`,
  `Replicas updated: ${previous} -> ${replicas}`,
].join('\n');
const structured = JSON.stringify({
  status: 'success',
  package_name: packageName,
  deployment: { namespace, name, previous_replicas: previous, new_replicas: replicas },
  timestamp: new Date().toISOString(),
  duration: `${((performance.now() - startedAt) / 1_000).toFixed(2)}s`,
});
process.stdout.write(`${behaviour.stdout ?? (values.structured ? structured : direct)}\n`);
