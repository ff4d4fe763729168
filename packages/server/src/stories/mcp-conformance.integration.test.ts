import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startBearingProxy, type BearingProxy } from '../../testing/bearing-proxy.ts';
import { startOtherMcpServer, type OtherMcpServer } from '../../testing/other-mcp-server.ts';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';
import { serversSchema } from '../platforms/mcp/servers.ts';

/** The protocol's own programs, as whoever writes a client runs them. */
const require = createRequire(import.meta.url);
const conformance = require.resolve('@modelcontextprotocol/conformance/dist/index.js');
const inspector = require.resolve('@modelcontextprotocol/inspector/clients/launcher/build/index.js');

let world: RestWorld;
let proxy: BearingProxy;
let other: OtherMcpServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-conformance-'));
  other = await startOtherMcpServer(({ method }) =>
    method === 'tools/list'
      ? { tools: [{ name: 'look', inputSchema: { type: 'object' } }] }
      : { content: [{ type: 'text', text: 'Seen.' }], structuredContent: { seen: true } },
  );
  world = await createRestWorld((home) => shippedPolicyData(home, { undoWindowMs: 0 }), undefined, {
    mcpServers: serversSchema.parse({ other: { url: other.url, tools: { look: { reads: true } } } }),
  });
  proxy = await startBearingProxy(world.app.url, world.agent.key);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** What of the suite is not for this server, and why. */
const notHere: readonly { readonly why: string; readonly checks: RegExp }[] = [
  {
    why: 'There are no prompts, and nothing to complete.',
    checks: /^(prompts-|completion-)|\/sep-2549-prompts-/,
  },
  { why: 'There are no resources.', checks: /^resources-|\/sep-2549-resources-/ },
  {
    why: 'There is no log for clients: what happens is in the record.',
    checks: /^(logging-|tools-call-with-logging\/)/,
  },
  {
    why: "It calls a tool that the suite's own server alone has. What it looks at is in mcp.integration.test.ts.",
    checks:
      /^(tools-call-(image|audio|embedded-resource|mixed-content|with-progress)|json-schema-2020-12|server-sse-polling|http-custom-header-server-validation)\//,
  },
  {
    why: 'Nothing is asked of a client but to open a page, and its answer decides nothing: no sampling, no roots, no forms.',
    checks:
      /^(tools-call-(sampling|elicitation)|elicitation-sep\d+-\w+|input-required-result-[\w-]+)\/|\/sep-2575-(server-rejects-undeclared-capability|missing-capability-http-400)$/,
  },
  {
    why: "It starts a task by a tool that the suite's own server alone has; what waits for people is one here.",
    checks: /^tasks-[\w-]+\/(?!sep-2663-tasks-methods-non-declaring)/,
  },
];

/** Reasons for which something did fail. */
const failing = new Set<string>();

const checks = z.array(z.object({ id: z.string(), status: z.string() }));

/** Every check of a revision's scenarios, by the name of its scenario. */
const checked = async (revision: string): Promise<Map<string, z.output<typeof checks>>> => {
  const out = join(folder, revision);
  const { stdout } = await execa(
    process.execPath,
    [conformance, 'server', '--url', `${proxy.url}/mcp`, '--requirements', revision, '-o', out],
    { reject: false, timeout: 150_000, env: { HOME: folder }, cwd: folder },
  );
  const results = new Map<string, z.output<typeof checks>>();
  for (const name of await readdir(out)) {
    const [, scenario = name] = /^server-(.*?)-\d{4}-\d\d-\d\dT/.exec(name) ?? [];
    results.set(scenario, checks.parse(JSON.parse(await readFile(join(out, name, 'checks.json'), 'utf8'))));
  }
  if (results.size === 0) throw new Error(stdout);
  return results;
};

const passesHere = {
  '2026-07-28': [
    'server-stateless',
    'tools-list',
    'dns-rebinding-protection',
    'http-header-validation',
    'caching',
  ],
  '2025-11-25': ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection'],
};

test.each(Object.entries(passesHere))(
  "the protocol's own suite finds no fault by the revision of %s in what is for this server",
  async (revision, needed) => {
    const results = await checked(revision);
    expect([...results.keys()]).toEqual(expect.arrayContaining(needed));
    const failed = [...results].flatMap(([scenario, all]) =>
      all.filter(({ status }) => status === 'FAILURE').map(({ id }) => `${scenario}/${id}`),
    );
    for (const { why, checks: those } of notHere)
      if (failed.some((check) => those.test(check))) failing.add(why);
    expect(failed.filter((check) => !notHere.some(({ checks: those }) => those.test(check)))).toEqual([]);
    const passed = [...results].flatMap(([, all]) => all.filter(({ status }) => status === 'SUCCESS'));
    expect(passed.length).toBeGreaterThan(failed.length / 2);
    for (const scenario of needed)
      expect(
        results.get(scenario)?.some(({ status }) => status === 'SUCCESS'),
        scenario,
      ).toBe(true);
  },
);

test('what is named as not for this server is no more than that', () => {
  expect([...failing].sort()).toEqual(notHere.map(({ why }) => why).sort());
});

describe('the inspector', () => {
  const inspect = (key: string, ...words: readonly string[]) =>
    execa(
      process.execPath,
      [
        ...[inspector, '--cli', `${world.app.url}/mcp`, '--transport', 'http'],
        ...['--header', `Authorization: Bearer ${key}`, '--stored-auth-only', ...words],
      ],
      { reject: false, timeout: 60_000, env: { HOME: folder }, cwd: folder },
    );

  test('lists the tools and finds no error in their schemas', async () => {
    const { stdout, exitCode, stderr } = await inspect(world.agent.key, '--method', 'tools/list', '--strict');
    expect(exitCode, stderr).toBe(0);
    const { tools } = JSON.parse(stdout) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['submit_task', 'noop-run', 'other__look']),
    );
  });

  test("calls a tool of ours, and another server's through it", async () => {
    const call = ['--method', 'tools/call', '--tool-name'];
    const ours = await inspect(
      world.agent.key,
      ...[...call, 'noop-run', '--tool-arg', 'params={}', 'goal=Inspect', 'idempotencyKey=an-inspection'],
    );
    expect(JSON.parse(ours.stdout)).toMatchObject({ structuredContent: { status: 'succeeded' } });
    const passedOn = await inspect(world.agent.key, ...call, 'other__look');
    expect(JSON.parse(passedOn.stdout)).toMatchObject({ structuredContent: { seen: true } });
  });

  test('is not let in by a key that nobody has', async () => {
    const { exitCode, stdout } = await inspect('cs_nobody', '--method', 'tools/list');
    expect(exitCode).not.toBe(0);
    expect(stdout).not.toContain('noop-run');
  });
});
