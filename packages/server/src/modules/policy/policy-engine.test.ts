import * as fc from 'fast-check';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anyPolicyInput } from '../../../testing/policy-arbitraries.ts';
import type { Json } from '../../domain/json.ts';
import { createPolicyEngine } from './policy-engine.ts';
import type { PolicyEvaluation } from './policy-engine.ts';
import { entrypoint, readPolicyBundle } from './policy-engine-bundle.ts';
import { readPolicyData } from './policy-engine-settings.ts';
import { createWasmEvaluator, openRules } from './policy-engine-wasm.ts';
import { policyInput } from './policy-input.ts';
import type { PolicyInput, PolicyInputFacts } from './policy-input.ts';

const policiesDir = join(import.meta.dirname, '../../../../../policies');
const shippedBundle = join(policiesDir, 'bundle');
const shippedData = join(policiesDir, 'data.json');

const recipe = await readFile(
  join(policiesDir, '../docs/contributing/add-a-policy-rule-with-time.md'),
  'utf8',
);

const inputOf = (
  actionType: string,
  fields: Partial<PolicyInputFacts> = {},
  params: Json = {},
): PolicyInput =>
  policyInput({
    tenantId: 't1',
    requester: { type: 'AGENT', roles: ['SUBMITTER'], name: 'builder' },
    environment: 'DEVELOPMENT',
    mode: 'APPLY',
    priority: 'NORMAL',
    justification: 'because',
    risk: 'LOW',
    requiresApproval: false,
    steps: [
      {
        name: 'one',
        ordinal: 0,
        phase: 0,
        phaseName: null,
        actionType,
        version: 1,
        platform: 'any',
        category: 'WRITE',
        idempotency: 'NATIVE_KEY',
        reversible: true,
        network: 'INTERNAL',
        targets: [{ kind: 'host', name: 'a' }],
        params,
        precondition: null,
        isGate: false,
      },
    ],
    ...fields,
  });

const verdictOf = (evaluation: PolicyEvaluation) => {
  if (evaluation.kind === 'fault') throw new Error(evaluation.message);
  return evaluation.verdict;
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-policy-'));
});
afterEach(() => rm(folder, { recursive: true }));

const withData = async (change: (settings: Record<string, Record<string, unknown>>) => void) => {
  const data = JSON.parse(await readFile(shippedData, 'utf8')) as {
    settings: Record<string, Record<string, unknown>>;
  };
  change(data.settings);
  const dataFile = join(folder, 'data.json');
  await writeFile(dataFile, JSON.stringify(data));
  return createPolicyEngine({ bundleDir: shippedBundle, dataFile, timeoutMs: 1_000 });
};
const shipped = () => createPolicyEngine({ bundleDir: shippedBundle, timeoutMs: 1_000 });

describe('the policy engine in process', () => {
  it('lets a harmless change of development be', async () => {
    const engine = await shipped();
    expect(verdictOf(await engine.evaluate(inputOf('http.request')))).toEqual({
      deny: [],
      hard: [],
      require: [],
      hold: [],
      autonomyLevel: 4,
      quality: { unattended: 0, least: 0 },
      approval: {
        required: 1,
        stages: [],
        vetoGroups: [],
        mayEditorApprove: false,
        rememberRejectionMs: 3_600_000,
        expiresInMs: 3_600_000,
        undoWindowMs: 10_000,
        startWithinMs: 900_000,
        remindAfterMs: [1_800_000],
        escalation: null,
      },
    });
  });

  it('asks people for every commit, and two of them for one of high risk in production', async () => {
    const engine = await shipped();
    const input = inputOf('repo.commit', { environment: 'PRODUCTION', risk: 'HIGH' });
    expect(verdictOf(await engine.evaluate(input))).toEqual({
      deny: [],
      hard: [
        {
          rule: 'hard_approval.action_type',
          message: "repo.commit always needs a person's approval.",
          facts: { actionType: 'repo.commit' },
        },
      ],
      require: [
        {
          rule: 'quorum.several_people',
          message: 'A high-risk change of production needs 2 approvals.',
          facts: { environment: 'PRODUCTION', required: 2, risk: 'HIGH' },
          isGrantable: false,
        },
      ],
      hold: [],
      autonomyLevel: 0,
      quality: { unattended: 80, least: 60 },
      approval: {
        required: 2,
        stages: [],
        vetoGroups: [],
        mayEditorApprove: false,
        rememberRejectionMs: 3_600_000,
        expiresInMs: 3_600_000,
        undoWindowMs: 10_000,
        startWithinMs: 900_000,
        remindAfterMs: [1_800_000],
        escalation: null,
      },
    });
  });

  it('follows the data it was started with, and names it in the bundle hash', async () => {
    const strict = await withData(({ environments }) => {
      Object.assign(environments?.['DEVELOPMENT'] ?? {}, { forbiddenActionTypes: ['http.request'] });
    });
    const verdict = verdictOf(await strict.evaluate(inputOf('http.request')));
    expect(verdict.deny.map((finding) => finding.message)).toEqual([
      'http.request is forbidden in development.',
    ]);
    expect(strict.bundleHash()).toMatch(/^[0-9a-f]{64}$/);
    expect(strict.bundleHash()).not.toBe((await shipped()).bundleHash());
    expect((await withData(() => undefined)).bundleHash()).toBe((await shipped()).bundleHash());
  });

  it.each<[string, Json, string[]]>([
    ['ordinary params', { namespace: 'shop', replicas: 100 }, []],
    ['a system namespace', { namespace: 'kube-system', replicas: 1 }, ['params.forbidden_value']],
    ['more than the environment takes', { namespace: 'shop', replicas: 101 }, ['params.too_much']],
    ['params that leave out what is limited', { namespace: 'shop' }, ['params.missing_value']],
  ])('holds %s to the limits of their action type', async (_name, params, rules) => {
    const verdict = verdictOf(
      await (await shipped()).evaluate(inputOf('kubernetes.deployment.scale', {}, params)),
    );
    expect(verdict.deny.map(({ rule }) => rule)).toEqual(rules);
  });

  it('gives the same evaluation again, also for an input it remembers', async () => {
    const [first, second] = await Promise.all([shipped(), shipped()]);
    const property = fc.asyncProperty(anyPolicyInput, async (input) => {
      const evaluation = await first.evaluate(input);
      expect(evaluation.kind).toBe('verdict');
      expect(await first.evaluate(structuredClone(input))).toEqual(evaluation);
      expect(await second.evaluate(input)).toEqual(evaluation);
    });
    await fc.assert(property);
  });

  it('hashes the canonical input, whatever the order of its keys', async () => {
    const engine = await shipped();
    const one = await engine.evaluate(inputOf('http.request', {}, { a: 1, b: 2 }));
    const other = await engine.evaluate(inputOf('http.request', {}, { b: 2, a: 1 }));
    const third = await engine.evaluate(inputOf('http.request', {}, { a: 1, b: 3 }));
    expect(one.inputHash).toMatch(/^[0-9a-f]{64}$/);
    expect(other.inputHash).toBe(one.inputHash);
    expect(third.inputHash).not.toBe(one.inputHash);
  });

  it.each<[string, PolicyInput, RegExp]>([
    ['an incomplete input', { ...inputOf('http.request'), risk: undefined as never }, /gave no answer/],
    [
      'an unknown environment',
      { ...inputOf('http.request'), environment: 'MOON' as never },
      /gave no answer/,
    ],
    ['a lone surrogate', inputOf('http.request', {}, '\ud800'), /Lone surrogate/],
    [
      'an input of more than a megabyte',
      inputOf('http.request', {}, 'x'.repeat(1_100_000)),
      /at most 1048576/,
    ],
  ])('answers %s with a fault, logs it, and goes on', async (_name, input, message) => {
    const logged: object[] = [];
    const logger = { warn: (fields: object) => void logged.push(fields) };
    const engine = await createPolicyEngine({ bundleDir: shippedBundle, timeoutMs: 1_000, logger });
    const evaluation = await engine.evaluate(input);
    expect(evaluation).toMatchObject({ kind: 'fault', message: expect.stringMatching(message) });
    expect(logged).toEqual([{ inputHash: evaluation.inputHash, fault: expect.stringMatching(message) }]);
    expect((await engine.evaluate(inputOf('http.request'))).kind).toBe('verdict');
  });

  it('replaces an instance that trapped', async () => {
    const { wasm } = await readPolicyBundle(shippedBundle);
    const evaluate = await createWasmEvaluator(wasm, await readPolicyData(shippedData));
    const depth = 100_000;
    const bottomless = JSON.stringify(inputOf('http.request', {}, 'PARAMS')).replace(
      '"PARAMS"',
      '['.repeat(depth) + ']'.repeat(depth),
    );
    await expect(evaluate(bottomless)).rejects.toThrow();
    const text = JSON.stringify(inputOf('http.request'));
    const answers = await Promise.all([evaluate(text), evaluate(text)]);
    expect(answers.map((answer) => answer.kind)).toEqual(['verdict', 'verdict']);
  });

  describe('with rules that look at the time', () => {
    /** As the recipe tells operators to write it. */
    const time = JSON.parse(/```json\n(.*?)```/su.exec(recipe)?.[1] ?? '') as {
      time: { freezes: [object, object] };
    };
    const [friday, yearEnd] = time.time.freezes;
    const freezing = (...freezes: object[]) =>
      withData((settings) => {
        settings['time'] = { roundedToMs: 60_000, freezes };
      });
    const at = async (moment: string, ...freezes: object[]) => {
      const engine = await freezing(...freezes);
      const now = engine.timeOfRules(new Date(moment));
      return engine.evaluate(inputOf('http.request', { environment: 'PRODUCTION', now }));
    };

    it('holds a change of production on a Friday until Saturday, and no other day', async () => {
      expect(verdictOf(await at('2026-11-27T09:30:41Z', friday)).hold).toEqual([
        {
          rule: 'change_freeze.weekday',
          message: 'No change of production on Fridays.',
          until: '2026-11-27T23:00:00Z',
        },
      ]);
      // Summer time there; and Thursday still, where it is asked from.
      expect(verdictOf(await at('2026-07-23T22:00:00Z', friday)).hold).toMatchObject([
        { until: '2026-07-24T22:00:00Z' },
      ]);
      expect(verdictOf(await at('2026-11-27T23:00:00Z', friday)).hold).toEqual([]);
    });

    it('holds a change for a period, and until it is over', async () => {
      expect(verdictOf(await at('2026-12-31T11:00:00Z', yearEnd, friday)).hold).toEqual([
        {
          rule: 'change_freeze.period',
          message: 'The books are being closed.',
          until: '2027-01-02T06:00:00Z',
        },
      ]);
      expect(verdictOf(await at('2027-01-02T06:00:00Z', yearEnd, friday)).hold).toEqual([]);
    });

    it('shows in its recipe the rule that is shipped, and its test', async () => {
      const rego = [...recipe.matchAll(/```rego\n(.*?)```/gsu)].map(([, block = '']) => block);
      const files = await Promise.all(
        ['change_freeze.rego', 'change_freeze_test.rego'].map((name) =>
          readFile(join(policiesDir, name), 'utf8'),
        ),
      );
      expect(rego).toHaveLength(2);
      rego.forEach((block, index) => {
        expect(files[index]).toContain(block);
      });
    });

    it('tells them the time rounded down, and rules that need none of it nothing', async () => {
      const engine = await freezing(friday);
      expect(engine.timeOfRules(new Date('2026-11-27T09:30:59.999Z'))).toBe('2026-11-27T09:30:00Z');
      expect((await shipped()).timeOfRules(new Date())).toBeNull();
      expect(inputOf('http.request', { now: null })).not.toHaveProperty('now');
      expect(await engine.trouble()).toBeNull();
    });

    it('remembers an answer for as long as the time is the same to them', async () => {
      const engine = await freezing(friday);
      const answerAt = (moment: string) =>
        engine.evaluate(
          inputOf('http.request', {
            environment: 'PRODUCTION',
            now: engine.timeOfRules(new Date(moment)),
          }),
        );
      const last = await answerAt('2026-11-27T22:59:01Z');
      expect(await answerAt('2026-11-27T22:59:59Z')).toBe(last);
      const next = await answerAt('2026-11-27T23:00:00Z');
      expect([verdictOf(last).hold?.length, verdictOf(next).hold?.length]).toEqual([1, 0]);
      expect(next.inputHash).not.toBe(last.inputHash);
    });

    it('gives no verdict where they were not told the time', async () => {
      const engine = await freezing(friday);
      expect(await engine.evaluate(inputOf('http.request'))).toMatchObject({
        kind: 'fault',
        message: 'The rules gave no answer for this plan.',
      });
    });

    it.each<[string, object]>([
      ['a time zone that does not exist', { ...friday, timeZone: 'Europe/Nowhere' }],
      ['a time zone in letters that only some know', { ...friday, timeZone: 'europe/berlin' }],
      ['an offset for a time zone', { ...friday, timeZone: '+01:00' }],
      ['a day of its own', { ...friday, weekdays: ['Caturday'] }],
      [
        'a period of no known form',
        { message: 'No.', environments: ['STAGING'], from: '1 May', until: '2 May' },
      ],
    ])('does not start with %s', async (_title, freeze) => {
      await expect(freezing(freeze)).rejects.toThrow(/settings\.time\.freezes\.0/);
    });
  });

  it('refuses a bundle that was altered', async () => {
    await copyFile(join(shippedBundle, 'manifest.json'), join(folder, 'manifest.json'));
    const wasm = await readFile(join(shippedBundle, 'policy.wasm'));
    wasm[wasm.length - 1] = (wasm.at(-1) ?? 0) ^ 1;
    await writeFile(join(folder, 'policy.wasm'), wasm);
    const started = createPolicyEngine({ bundleDir: folder, dataFile: shippedData, timeoutMs: 1_000 });
    await expect(started).rejects.toThrow(/was altered/);
  });

  it('lists every fault of the data with its path', async () => {
    const started = withData((settings) => {
      Object.assign(settings['environments']?.['PRODUCTION'] ?? {}, { autonomyLevel: 9, extra: true });
      Object.assign(settings['production'] ?? {}, { maxBatchPercent: 0 });
      delete settings['hardApproval'];
    });
    await expect(started).rejects.toThrow(
      /settings\.hardApproval: .*\nsettings\.environments\.PRODUCTION\.autonomyLevel: .*\nsettings\.environments\.PRODUCTION: .*extra.*\nsettings\.production\.maxBatchPercent: /,
    );
  });

  it('says which file is not JSON', async () => {
    const dataFile = join(folder, 'data.json');
    await writeFile(dataFile, '{');
    const started = createPolicyEngine({ bundleDir: shippedBundle, dataFile, timeoutMs: 1_000 });
    await expect(started).rejects.toThrow(/data\.json is not JSON/);
  });

  it('names the setting where the file is missing', async () => {
    const dataFile = join(folder, 'missing.json');
    const started = createPolicyEngine({ bundleDir: shippedBundle, dataFile, timeoutMs: 1_000 });
    await expect(started).rejects.toThrow(
      `The policy data in ${dataFile} cannot be read (ENOENT); set COUNTERSIGN_POLICY_DATA to another file.`,
    );
  });
});

describe('rules that take all memory', () => {
  it('fail at 128 MiB, and answer what comes next', { timeout: 30_000 }, async () => {
    const { wasm } = await readPolicyBundle(shippedBundle);
    const data = await readPolicyData(shippedData);
    const rules = await openRules(wasm, data);
    const flood = JSON.stringify({ list: Array.from({ length: 900_000 }, () => [[]]) });
    await expect(rules.ask(entrypoint, flood)).rejects.toThrow();
    const answer = await rules.ask(entrypoint, JSON.stringify(inputOf('repo.read')));
    expect(answer).toMatchObject({ deny: [] });
  });
});
