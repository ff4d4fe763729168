import { describe, expect, test } from 'vitest';
import { planSchema, showPlan } from './plan-json.ts';

const shown = (changes: readonly object[], more: object = {}) =>
  showPlan(planSchema.parse({ format_version: '1.2', resource_changes: changes, ...more }));
const resource = (address: string, change: object) => ({ address, mode: 'managed', change });

describe('a plan as blocks', async () => {
  test('what is replaced is destroyed and added', async () => {
    const { added, destroyed, diffs, findings } = await shown([
      resource('cloud_vm.web', {
        actions: ['delete', 'create'],
        before: { zone: 'a' },
        after: { zone: 'b' },
      }),
    ]);
    expect([added, destroyed]).toEqual([1, 1]);
    expect(diffs).toEqual([
      { type: 'DELETIONS', title: 'Destroyed', names: ['cloud_vm.web'] },
      {
        type: 'FIELD',
        path: '/cloud_vm.web',
        before: { zone: 'a' },
        after: { zone: 'b' },
        isDestructive: true,
      },
    ]);
    expect(findings).toMatchObject([{ severity: 'HIGH' }]);
  });

  test('a secret is masked where terraform marks it, and wherever else it stands', async () => {
    const { diffs } = await shown([
      resource('x.y', {
        actions: ['update'],
        before: {
          input: { password: 'hunter2hunter2', size: 1 },
          output: 'hunter2hunter2',
          list: ['a', 'b'],
        },
        after: {
          input: { password: 'hunter3hunter3', size: 1 },
          output: null,
          list: ['a', 'hunter3hunter3'],
        },
        before_sensitive: { input: { password: true }, list: [] },
        after_sensitive: { input: { password: true }, list: [false] },
        after_unknown: { output: true },
      }),
    ]);
    expect(JSON.stringify(diffs)).not.toMatch(/hunter/);
    expect(diffs.map((diff) => 'path' in diff && diff.path)).toEqual([
      '/x.y/input',
      '/x.y/list',
      '/x.y/output',
    ]);
  });

  test('a resource whose name holds slashes has a pointer of its own', async () => {
    const { diffs } = await shown([
      resource('x.y["a/b~c"]', { actions: ['create'], before: null, after: { size: 1 } }),
    ]);
    expect(diffs).toMatchObject([{ path: '/x.y["a~1b~0c"]' }]);
  });

  test('what only looks, or stays, is not shown; what is forgotten is a finding', async () => {
    const { diffs, findings } = await shown([
      resource('x.same', { actions: ['no-op'], before: {}, after: {} }),
      { address: 'data.x.y', mode: 'data', change: { actions: ['read'] } },
      resource('x.left', { actions: ['forget'], before: {}, after: null }),
    ]);
    expect(diffs).toEqual([]);
    expect(findings).toMatchObject([{ severity: 'MEDIUM' }]);
  });

  test('of more than anybody reads every deletion is named, and a finding counts what is left out', async () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      resource(`x.y${index}`, { actions: ['delete'], before: { text: 'a'.repeat(9_000) }, after: null }),
    );
    const { diffs, findings } = await shown(many);
    expect(diffs).toHaveLength(300);
    expect(diffs[0]).toMatchObject({ type: 'DELETIONS', names: { length: 500 } });
    expect(findings).toMatchObject([
      { severity: 'HIGH' },
      { message: '201 more values change than can be shown.' },
    ]);
    expect(JSON.stringify(diffs).length).toBeLessThan(100_000);
  });
});
