import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxServers, startFleet } from '../../testing/platforms/fleet-directory.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createOperations, type Operations } from '../operations.ts';
import { fillSandbox } from '../sandbox-data.ts';
import { installedTools } from '../tools/installed.ts';

let world: World;
let operations: Operations;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-fleet-'));
  const fleet = startFleet(folder, sandboxServers).objects();
  await rm(folder, { recursive: true });
  world = await createWorld({
    background: 'NONE',
    sandbox: { platforms: new Set(['fleet']), readObjects: () => Promise.resolve({ fleet }) },
  });
  operations = createOperations(world.services, {} as never, {} as never);
  await fillSandbox(world.services);
  // A second start finds it there.
  await fillSandbox(world.services);
});
afterAll(() => world[Symbol.asyncDispose]());

const asks = (tool: string, input: object) =>
  operations.askTool.execute({ viewer: signedIn(world.agent.principal), traceparent: null }, { tool, input });

const web = { kind: 'server', environment: 'PRODUCTION', tag: 'role=web' };
const procedure = {
  title: 'Restart the shop',
  purpose: 'Brings it back.',
  owner: 'Team Web',
  environment: 'PRODUCTION',
  steps: [
    { name: 'drain', instruction: 'Drain it.', verification: 'No traffic.', rollback: 'Let it in.' },
    {
      name: 'scale',
      instruction: 'Scale it.',
      action: { type: 'kubernetes.deployment.scale@1', params: { replicas: 3 } },
      verification: 'Three are ready.',
      rollback: 'Scale it back.',
    },
  ],
  escalation: 'Team Platform',
};

/** What each tool says of the sandbox: output, words of its citation. */
const answers: readonly (readonly [tool: string, input: object, output: object, words: RegExp])[] = [
  ['query_assets', web, { total: 100 }, /^100 servers found, inventory of/],
  [
    'compare_versions',
    { ...web, component: 'openssl', role: 'web' },
    {
      wanted: '3.2.2',
      total: 100,
      drifted: 47,
      versions: [
        { version: '3.2.1', count: 47, is: 'OLDER' },
        { version: '3.2.2', count: 53, is: 'WANTED' },
      ],
    },
    /^47 of 100 servers run openssl 3\.2\.1, and not 3\.2\.2, inventory of/,
  ],
  [
    'generate_patch_plan',
    { ...web, component: 'openssl', to: '3.2.2' },
    {
      affected: 47,
      environment: 'PRODUCTION',
      phases: [
        { name: 'Canary', assets: ['server-1', 'server-2'] },
        ...[9, 9, 9, 9, 9].map((_size, at) => ({ name: `Wave ${at + 1}` })),
      ],
    },
    /^47 of 100 servers do not have openssl 3\.2\.2/,
  ],
  ['get_golden_image', { of: 'web' }, { name: 'web-golden', version: '2026.11' }, /is golden/],
  [
    'cve_feed',
    { component: 'openssl', leastCvss: 7 },
    { total: 1, vulnerabilities: [{ id: 'CVE-2024-4741', fixedIn: ['3.2.2'] }] },
    /^1 vulnerability/,
  ],
  [
    'risk_score',
    web,
    { total: 2, risks: [{ vulnerability: 'CVE-2024-4741', assets: 47, score: 50, level: 'HIGH' }, {}] },
    /^2 vulnerabilities in 100 assets/,
  ],
  ['generate_rollout', web, { affected: 100, phases: { length: 6 } }, /^100 servers in 6 phases/],
  ['scan_vulns', web, { scanned: 100, affectedAssets: 47, total: 94 }, /^47 of 100 servers/],
  ['check_exposure', {}, { publicAssets: 1, reachable: 102 }, /^47 vulnerable assets/],
  ['check_controls', {}, { met: 2, notMet: 2, unknown: 1 }, /^2 met, 2 not met, 1 unknown of 5/],
  ['check_control', { id: 'CM-2' }, { verdict: 'NOT_MET' }, /^CM-2: 52 of 105 assets differ/],
  ['check_control', { id: 'ac-2' }, { verdict: 'UNKNOWN' }, /people have to look/],
  ['generate_evidence', { ids: ['si-2'] }, { controls: 1 }, /^evidence of 1 control/],
  ['query_logs', { level: 'error' }, { total: 4, isCut: false }, /^4 lines/],
  ['correlate_events', {}, { groups: [{ first: { service: 'shop-db' }, lines: 5 }] }, /^1 group of troubles/],
  ['infra_graph', { name: 'shop-lb' }, { nodes: { length: 102 } }, /^shop-lb needs 101 assets/],
  [
    'simulate_failover',
    { names: ['shop-db'] },
    { survives: false, standIns: [{ role: 'database', lost: 1, left: 0 }], failing: { length: 101 } },
    /^101 assets would fail/,
  ],
  ['simulate_failover', { names: ['server-1'] }, { survives: true, failing: [] }, /^0 assets/],
  ['billing_data', {}, { currencies: [{ currency: 'EUR', total: 5229 }] }, /^5229\.00 EUR billed/],
  ['forecast', { days: 30 }, { currencies: [{ observedDays: 28 }] }, /expected in 30 days/],
  [
    'recommend',
    {},
    {
      recommendations: [
        { kind: 'UNKNOWN_RESOURCE', name: 'old-backups' },
        { kind: 'GROWING_SERVICE', name: 'Object storage' },
      ],
    },
    /^2 places/,
  ],
  [
    'build_image',
    { name: 'web-golden', components: { openssl: '3.2.3' } },
    { isBuilt: false, changes: [{ component: 'openssl', from: '3.2.2', to: '3.2.3' }] },
    /^1 versions would change/,
  ],
  ['validate', { name: 'web-golden' }, { image: 'web-golden:2026.12', isValid: true }, /is valid/],
  [
    'promote',
    { name: 'web-golden' },
    { isReady: true, isPromoted: false, missing: [] },
    /5 assets in staging/,
  ],
  ['generate_sop', procedure, { lacks: [] }, /of its input/],
  ['validate_sop', { procedure }, { isValid: true, faults: [] }, /is complete/],
  [
    'execute_sop',
    { procedure },
    { isRun: false, actions: [{ name: 'step-2', dependsOn: [] }], byHand: ['drain'] },
    /^1 actions/,
  ],
  ['discover_api', { search: 'ticket' }, { total: 3 }, /^3 operations/],
  [
    'generate_adapter',
    { operation: 'POST /tickets', action: 'ticketing.open' },
    { file: 'open.ts' },
    /^POST \/tickets of Ticketing/,
  ],
  ['terraform_plan', { workspace: 'demo' }, { create: 0, update: 1, replace: 0, delete: 1 }, /^0 to create/],
];

describe('the tools, over the data of the sandbox', () => {
  it.each(answers)('%s %o', async (tool, input, output, words) => {
    const said = await asks(tool, input);
    if (!said.ok) throw new Error(`${said.refusal.message} ${JSON.stringify(said.refusal.details)}`);
    expect(said.value.output).toMatchObject(output);
    expect(said.value.citation.text).toMatch(words);
    expect(said.value.outputDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leaves no tool out', () => {
    const asked = new Set(answers.map(([tool]) => tool));
    expect(installedTools.map(({ name }) => name).filter((name) => !asked.has(name))).toEqual([]);
  });

  it('taints what rests on data from outside, and nothing else', async () => {
    const outside = async (tool: string, input: object) => {
      const said = await asks(tool, input);
      return said.ok ? said.value.source.isOutside : said;
    };
    expect(await outside('query_assets', {})).toBe(false);
    expect(await outside('query_logs', {})).toBe(true);
    expect(await outside('scan_vulns', web)).toBe(true);
    expect(await outside('generate_sop', procedure)).toBe(true);
  });

  it.each([
    ['generate_patch_plan', { ...web, component: 'openssl', to: '3.2.2', batchPercent: 50 }, 'batchPercent'],
    ['check_control', { id: 'zz-9' }, 'id'],
    ['infra_graph', { name: 'nobody' }, 'name'],
    ['compare_versions', { component: 'openssl' }, 'wanted'],
    ['generate_adapter', { operation: 'POST /nothing', action: 'a.b' }, 'operation'],
  ])('%s refuses what it cannot answer, and says where', async (tool, input, path) => {
    expect(await asks(tool, input)).toMatchObject({ refusal: { details: { faults: [{ path }] } } });
  });
});
