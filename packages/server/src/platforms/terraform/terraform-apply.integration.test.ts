import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createTerraformWorld,
  firstState,
  wanted,
  type TerraformWorld,
} from '../../../testing/terraform-world.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { ApplyCall, Executors } from '../index.ts';

let world: TerraformWorld;
let executors: Executors;
beforeEach(async () => {
  world = await createTerraformWorld();
  await world.become(firstState());
  await world.want(wanted);
  executors = createTestExecutors({
    guards: { readBackDelaysMs: [10] },
    moreExecutors: [world.executor],
  });
});
afterEach(async () => {
  await executors[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const prepare = (params: object = {}) => {
  const prepared = executors.prepare('terraform.apply', { directory: 'network', ...params }, 'a');
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  return prepared.action;
};
const callOf = async (params?: object): Promise<ApplyCall> => {
  const planned = await prepare(params).plan(planCall());
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const { precondition } = planned.value;
  const given = { idempotencyKey: 'c0de'.repeat(16), taskId: 't', stepId: 's', attempt: 1 };
  return { ...planCall(), precondition, ...given };
};
const planFile = async (): Promise<string> => {
  const folder = join(world.home, 'terraform', 'plans');
  const [name = ''] = await readdir(folder);
  return join(folder, name);
};

test('a plan shows what is destroyed, changed and added, and no secret', async () => {
  const planned = await prepare().plan(planCall());
  expect(planned).toMatchObject({
    ok: true,
    value: {
      summary: 'Apply the Terraform plan of "network": 1 to add, 1 to change, 1 to destroy',
      targets: [{ kind: 'terraform', name: 'network' }],
      precondition: { plan: expect.stringMatching(/^[0-9a-f]{64}$/), added: 1, changed: 1, destroyed: 1 },
      diffs: [
        { type: 'DELETIONS', names: ['cloud_disk.old'] },
        { type: 'FIELD', path: '/cloud_disk.old', after: null, isDestructive: true },
        {
          type: 'FIELD',
          path: '/cloud_dns.web',
          before: null,
          after: { name: 'web.example.com', password: '(sensitive)', id: '(known after apply)' },
          isDestructive: false,
        },
        { type: 'FIELD', path: '/cloud_vm.web/size', before: 2, after: 4, isDestructive: false },
        { type: 'FIELD', path: '/outputs/size', before: null, after: 4 },
      ],
      findings: [{ severity: 'HIGH', message: 'Destroys 1 resource: "cloud_disk.old".' }],
    },
  });
  expect(JSON.stringify(planned)).not.toContain('hunter2');
  expect((await stat(await planFile())).mode & 0o777).toBe(0o600);
});

test('what is applied is the plan that was shown, whatever is wanted by now', async () => {
  const call = await callOf();
  await world.want({});
  const output = await prepare().apply(call);
  expect(output).toMatchObject({ added: 1, changed: 1, destroyed: 1, outputs: { size: 4 } });
  expect(Object.keys((await world.state())?.resources ?? {}).toSorted()).toEqual([
    'cloud_dns.web',
    'cloud_vm.web',
  ]);
});

test.each<[string, (file: string) => Promise<void>]>([
  ['is gone', (file) => rm(file)],
  [
    'is another',
    (file) => writeFile(file, '{"serial":1,"lineage":"a-lineage","after":{"resources":{},"outputs":{}}}'),
  ],
])('a plan file that %s is not applied', async (_title, change) => {
  const call = await callOf();
  await change(await planFile());
  await expect(prepare().apply(call)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', effect: 'NONE' });
  expect(await world.state()).toEqual(firstState());
});

describe('an apply that was ended on its way', () => {
  const killed = async (hangs: 'BEFORE' | 'AFTER') => {
    const call = await callOf();
    await world.behave({ hangs });
    const controller = new AbortController();
    const ending = prepare().apply({ ...call, signal: controller.signal });
    const isThere = async () => (await world.state())?.outputs['size'] === 4;
    if (hangs === 'AFTER') await expect.poll(isThere, { timeout: 60_000 }).toBe(true);
    else
      await expect.poll(async () => (await readdir(join(world.home, 'terraform', 'plans'))).length).toBe(2);
    controller.abort();
    await expect(ending).rejects.toMatchObject({ code: 'EXECUTION_TIMEOUT', effect: 'UNKNOWN' });
    await world.behave({});
    return { ...call, attempt: 2 };
  };

  test('and had done all of it is found', async () => {
    const call = await killed('AFTER');
    expect(await prepare().reconcile(call)).toMatchObject({ kind: 'FOUND', output: { added: 1 } });
    expect(await prepare().apply(call)).toMatchObject({ added: 1, outputs: { size: 4 } });
  });

  test('and had not is for a person, and is not applied again', async () => {
    const call = await killed('BEFORE');
    expect(await prepare().reconcile(call)).toEqual({ kind: 'UNKNOWN' });
    await expect(prepare().apply(call)).rejects.toMatchObject({ effect: 'UNKNOWN', retriable: false });
    expect(await world.state()).toEqual(firstState());
  });
});

test('a plan that cannot be is refused with what terraform says', async () => {
  await world.want({ resource: { cloud_vm: { web: { size: '${var.size}' } } } });
  expect(await prepare().plan(planCall())).toMatchObject({
    ok: false,
    refusal: {
      code: 'PLATFORM_REJECTED',
      message: 'terraform cannot plan "network": No value for required variable',
    },
  });
  expect(await prepare({ variables: { size: 8 } }).plan(planCall())).toMatchObject({
    value: { diffs: [{ type: 'DELETIONS' }, {}, { path: '/cloud_vm.web/size', before: 2, after: 8 }] },
  });
});

test('where nothing would change there is no plan', async () => {
  await prepare().apply(await callOf());
  expect(await prepare().plan(planCall())).toMatchObject({
    ok: false,
    refusal: { code: 'NOTHING_TO_CHANGE' },
  });
});

test.each(['netwrok', '../network', '__proto__'])(
  'the directory %s, which configuration does not name, is refused before anything is planned',
  (directory) => {
    expect(executors.prepare('terraform.apply', { directory }, 'a')).toMatchObject({
      ok: false,
      faults: [
        {
          path: 'a.params.directory',
          code: 'POLICY_DENIED',
          message: expect.stringContaining('The setting terraform.directories names network.'),
          suggestions: ['network'],
          setting: 'terraform.directories',
        },
      ],
    });
  },
);

test('a directory that configuration names no more is said with those that it names', async () => {
  const call = (await callOf()) as never;
  const gone = { directory: 'netwrok', variables: {} as never };
  const output = { plan: '', added: 0, changed: 0, destroyed: 0, outputs: null };
  await expect(world.executor.verify(gone, output, call)).rejects.toThrow(
    'The setting terraform.directories names network.',
  );
});

test.each([{ '-chdir': 1 }, { 'a b': 1 }, { big: 'x'.repeat(70_000) }])(
  'variables are held to limits',
  (variables) => {
    expect(executors.prepare('terraform.apply', { directory: 'network', variables }, 'a')).toMatchObject({
      ok: false,
    });
  },
);
