import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceTrust } from '@countersign/shared';
import { valueOf } from './bootstrap.ts';
import { newId } from './infra/ids.ts';
import type { CatalogueFormatName } from './modules/inventory/index.ts';
import { importAssetFile, importCatalogueFile, importPlatform } from './modules/inventory/index.ts';
import { assetTrustIn } from './platforms/index.ts';
import { createAccessStore } from './record/access-store.ts';
import { sandboxCharges, sandboxLogs } from './sandbox-history.ts';
import type { Services } from './services.ts';

type File = readonly [source: string, format: CatalogueFormatName, trust: SourceTrust, content: string];

type Filled = Pick<Services, 'clock' | 'database' | 'journal' | 'sandbox' | 'stores'>;

/** A fleet with a past, so that agents' tools have something to read. Once: where anything was imported, nothing is. */
export const fillSandbox = async ({ clock, database, journal, sandbox, stores }: Filled): Promise<void> => {
  const tenantId = await createAccessStore(database).findFirstTenant();
  if (tenantId === null || (await stores.imports.newest(tenantId, {})).length > 0) return;
  // First of all: where it cannot be read, the next start finds nothing imported and tries again.
  const held = sandbox && (await readPatiently(sandbox));
  const deps = { journal, newId };
  const order = (source: string, trust: SourceTrust) => ({ tenantId, by: null, source, trust });
  valueOf(
    await importAssetFile(
      deps,
      { ...order('sandbox', 'INTERNAL'), isComplete: true },
      { format: 'JSON', content: JSON.stringify(beforeServers) },
    ),
  );
  valueOf(
    await importPlatform(
      { ...deps, trustIn: assetTrustIn },
      { tenantId, platform: 'fleet' },
      held?.['fleet'] ?? [],
    ),
  );
  for (const [source, format, trust, content] of filesOf(clock.now()))
    valueOf(await importCatalogueFile(deps, order(source, trust), { format, content }));
};

const mostTries = 20;
const pauseMs = 500;

/** A machine that has much to do starts the emulators slowly. */
const readPatiently = async (sandbox: NonNullable<Filled['sandbox']>) => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await sandbox.readObjects();
    } catch (error) {
      if (tries === mostTries) throw error;
      await sleep(pauseMs);
    }
  }
};

const filesOf = (now: Date): readonly File[] => [
  ['sandbox', 'GOLDEN_IMAGES_JSON', 'INTERNAL', JSON.stringify(images)],
  ['sandbox', 'OSV_JSON', 'OUTSIDE', JSON.stringify({ vulns: vulnerabilities })],
  ['sandbox', 'OSCAL_JSON', 'INTERNAL', JSON.stringify(controls)],
  ['sandbox', 'FOCUS_CSV', 'INTERNAL', sandboxCharges(now)],
  ['sandbox', 'LOG_JSON_LINES', 'OUTSIDE', sandboxLogs(now)],
  ['sandbox', 'OPENAPI_JSON', 'OUTSIDE', JSON.stringify(api)],
  ['demo', 'TERRAFORM_PLAN_JSON', 'INTERNAL', JSON.stringify(terraformPlan)],
];

/** What stands before and behind the servers of the fleet. */
const beforeServers = [
  {
    externalId: 'shop-lb',
    kind: 'service',
    name: 'shop-lb',
    environment: 'PRODUCTION',
    region: 'eu-central-1',
    owner: 'Team Platform',
    versions: {},
    tags: { role: 'loadbalancer', exposure: 'public' },
    dependencies: Array.from({ length: 100 }, (_, at) => `server-${at + 1}`),
  },
  {
    externalId: 'shop-db',
    kind: 'database',
    name: 'shop-db',
    environment: 'PRODUCTION',
    region: 'eu-central-1',
    owner: 'Team Data',
    versions: { postgresql: '17.2' },
    tags: { role: 'database' },
    dependencies: [],
  },
];

const passed = (...names: readonly string[]) => names.map((name) => ({ name, passed: true }));

const images = [
  {
    name: 'web-golden',
    version: '2026.11',
    role: 'web',
    status: 'GOLDEN',
    digest: `sha256:${'1'.repeat(64)}`,
    builtAt: '2026-11-02T06:00:00Z',
    components: { openssl: '3.2.2', nginx: '1.27.2' },
    checks: passed('boot', 'cis-level-1', 'smoke'),
  },
  {
    name: 'web-golden',
    version: '2026.12',
    role: 'web',
    status: 'CANDIDATE',
    digest: `sha256:${'2'.repeat(64)}`,
    builtAt: '2026-11-20T06:00:00Z',
    components: { openssl: '3.2.2', nginx: '1.27.3' },
    checks: passed('boot', 'cis-level-1', 'smoke'),
  },
];

const openssl = (id: string, cvss: number, summary: string, introduced: string, fixed: string) => ({
  id,
  summary,
  modified: '2024-06-04T00:00:00Z',
  severity: [{ type: 'CVSS_V3', score: String(cvss) }],
  affected: [
    { package: { name: 'openssl' }, ranges: [{ type: 'SEMVER', events: [{ introduced }, { fixed }] }] },
  ],
});

const vulnerabilities = [
  openssl('CVE-2024-4741', 7.5, 'Use after free in SSL_free_buffers.', '3.2.0', '3.2.2'),
  openssl('CVE-2024-2511', 5.9, 'Unbounded growth of the session cache with TLS 1.3.', '3.2.0', '3.2.2'),
  openssl('CVE-2024-0727', 5.5, 'A malformed PKCS12 file makes OpenSSL crash.', '3.2.0', '3.2.1'),
];

const control = (id: string, title: string, prose: string) => ({
  id,
  title,
  parts: [{ name: 'statement', prose }],
});

const controls = {
  catalog: {
    groups: [
      {
        title: 'Configuration Management',
        controls: [
          control('cm-2', 'Baseline Configuration', 'A baseline is kept, and systems run by it.'),
          control(
            'cm-8',
            'System Component Inventory',
            'An inventory of components is kept, each with an owner.',
          ),
        ],
      },
      {
        title: 'System and Information Integrity',
        controls: [control('si-2', 'Flaw Remediation', 'Flaws are found, reported and corrected in time.')],
      },
      {
        title: 'Risk Assessment',
        controls: [
          control('ra-5', 'Vulnerability Monitoring and Scanning', 'Systems are scanned for flaws.'),
        ],
      },
      {
        title: 'Access Control',
        controls: [control('ac-2', 'Account Management', 'Accounts are known, approved and reviewed.')],
      },
    ],
  },
};

const api = {
  openapi: '3.0.3',
  info: { title: 'Ticketing', version: '1.4.0' },
  paths: {
    '/tickets': {
      get: { operationId: 'listTickets', summary: 'Lists tickets.' },
      post: { operationId: 'openTicket', summary: 'Opens a ticket.', requestBody: {} },
    },
    '/tickets/{id}/close': { post: { operationId: 'closeTicket', summary: 'Closes a ticket.' } },
  },
};

const terraformPlan = {
  format_version: '1.2',
  resource_changes: [
    {
      address: 'aws_instance.web[0]',
      type: 'aws_instance',
      change: {
        actions: ['update'],
        before: { instance_type: 't3.small' },
        after: { instance_type: 't3.medium' },
      },
    },
    {
      address: 'aws_security_group.old',
      type: 'aws_security_group',
      change: { actions: ['delete'], before: { name: 'old' }, after: null },
    },
  ],
};
