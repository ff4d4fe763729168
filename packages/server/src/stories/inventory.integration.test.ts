import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../testing/signed-in.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Asset } from '../domain/asset.ts';
import type { Outcome } from '../domain/errors.ts';
import { createOperations, type Operations } from '../operations.ts';

let world: World;
let operations: Operations;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  operations = createOperations(world.services, {} as never, {} as never);
});
afterAll(() => world[Symbol.asyncDispose]());

const as = (who: 'operator' | 'agent') => ({ viewer: signedIn(world[who].principal), traceparent: null });
const valueOf = <Value>(outcome: Outcome<Value>): Value => {
  if (!outcome.ok) throw new Error(`${outcome.refusal.message} ${JSON.stringify(outcome.refusal.details)}`);
  return outcome.value;
};

const fleet = (patched: number) =>
  [
    'external_id,kind,name,environment,owner,version.openssl,tag.role',
    ...Array.from({ length: 100 }, (_, at) =>
      [
        `srv-${at}`,
        'server',
        `web-${String(at).padStart(3, '0')}`,
        'production',
        'Team Web',
        at < 53 + patched ? '3.2.2' : '3.2.1',
        'web',
      ].join(','),
    ),
  ].join('\n');

const imports = (content: string, more: object = {}) =>
  operations.importAssets.execute(as('operator'), { source: 'cmdb', format: 'CSV', content, ...more });

const asks = async (tool: string, input: object) =>
  valueOf(await operations.askTool.execute(as('agent'), { tool, input }));

const openedBy = async (rows: string | null): Promise<readonly Asset[]> => {
  const query = new URL(rows ?? '', 'http://console').searchParams;
  const { at, component, version, source, kind } = Object.fromEntries(query);
  const filter = { at, component, version, source, kind };
  return valueOf(await operations.assets.execute(as('agent'), { filter, first: 200 })).nodes;
};

describe('the inventory', () => {
  it('takes a file in once, and its rows open as they were when somebody cited them', async () => {
    expect(valueOf(await imports(fleet(0)))).toMatchObject({ rows: 100, added: 100, changed: 0 });
    expect(valueOf(await imports(fleet(0)))).toMatchObject({ rows: 100, added: 0, changed: 0, retired: 0 });

    const old = { kind: 'server', component: 'openssl', version: '3.2.1' };
    const before = await asks('query_assets', { ...old, limit: 3 });
    expect(before.output).toMatchObject({ total: 47, assets: [{ name: 'web-053' }, {}, {}] });
    expect(before.source).toMatchObject({ name: 'inventory', isOutside: true });
    expect(before.citation.text).toMatch(/^47 servers found, inventory of \d{4}-/);

    expect(valueOf(await imports(fleet(40)))).toMatchObject({ added: 0, changed: 40, retired: 0 });
    expect((await asks('query_assets', old)).output).toMatchObject({ total: 7 });
    expect(await openedBy(before.citation.rows)).toHaveLength(47);

    const one = fleet(40).split('\n').slice(0, 2).join('\n');
    expect(valueOf(await imports(one, { isComplete: true }))).toMatchObject({ rows: 1, retired: 99 });
    expect(await openedBy(before.citation.rows)).toHaveLength(47);
    expect((await asks('query_assets', {})).output).toMatchObject({ total: 1 });
  });

  it('names every fault with its line and column, and takes nothing of such a file', async () => {
    const content = `external_id,kind,name,environment\na,server,,production\nb,server,b,moon\nb2,server,b2,\na,x,y,`;
    const outcome = await imports(content, { source: 'faulty' });
    expect(outcome).toMatchObject({
      refusal: {
        code: 'SCHEMA_VALIDATION_FAILED',
        details: {
          faults: [
            { path: 'line 2, column name', message: 'name is missing' },
            { path: 'line 3, column environment' },
          ],
        },
      },
    });
    const { nodes } = valueOf(await operations.assets.execute(as('agent'), { filter: { source: 'faulty' } }));
    expect(nodes).toEqual([]);
  });

  it('has no kind that nobody told of: a misspelt one is refused with the nearest', async () => {
    const asked = (kind: string) => operations.assets.execute(as('agent'), { filter: { kind } });
    expect(valueOf(await asked('server')).nodes).toHaveLength(1);
    for (const kind of ['servers', 'Server', 'sever'])
      expect(await asked(kind)).toMatchObject({
        refusal: {
          code: 'SCHEMA_VALIDATION_FAILED',
          details: {
            faults: [{ path: 'filter.kind', message: expect.stringContaining('"server"') as string }],
          },
        },
      });
  });

  it('is changed by operators alone, and tells each tenant its own', async () => {
    expect(
      await operations.importAssets.execute(as('agent'), { source: 'x', format: 'CSV', content: 'a' }),
    ).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
    const others = await world.inTenant('other');
    const call = { viewer: signedIn(others.agent.principal), traceparent: null };
    expect(valueOf(await operations.assets.execute(call, {})).nodes).toEqual([]);
    // Where nothing was told of yet, no kind is wrong.
    const filter = { kind: 'server' };
    expect(valueOf(await operations.assets.execute(call, { filter })).nodes).toEqual([]);
    expect(valueOf(await operations.dataImports.execute(call, {})).nodes).toEqual([]);
    const said = valueOf(await operations.askTool.execute(call, { tool: 'query_assets', input: {} }));
    expect(said).toMatchObject({ output: { total: 0 }, source: { asOf: null } });
  });

  it('counts the calls of a tool, and tells how old what it reads is', async () => {
    await expect
      .poll(async () => {
        const told = valueOf(await operations.tools.execute(as('agent'), {}));
        return told.find(({ name }) => name === 'query_assets');
      })
      .toMatchObject({ calls: 3, refusedCalls: 0, dataAsOf: expect.any(Date) as Date });
  });
});
