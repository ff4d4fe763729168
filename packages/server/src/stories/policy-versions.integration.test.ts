import { environments } from '@countersign/shared';
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { hash } from 'node:crypto';
import { CompactSign } from 'jose';
import { createTar } from 'nanotar';
import { expect, test } from 'vitest';
import { sized } from '../../testing/chaos.ts';
import { accepted, createSubmitter, type TaskInput } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aResource, anEffect, aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Principal } from '../domain/principal.ts';
import { stepUpsOf } from '../../testing/step-ups.ts';
import type { Task } from '../domain/task.ts';
import { createPolicyCommands, createPolicyQueries, replayPast } from '../modules/policy/index.ts';
import type { PolicyData } from '../modules/policy/policy-engine-settings.ts';

const policiesDir = join(import.meta.dirname, '../../../../policies');

/** What administrators do, by the commands that every door offers. */
const administer = (world: World, principal: Principal, bundleKeys = world.config.policy.bundleKeys) => {
  const { policies, stores } = world.services;
  const { tools, rulesOf } = policies;
  const commands = createPolicyCommands({
    ...tools,
    ...stores,
    findPrincipal: world.services.access.findPrincipal,
    bundleKeys,
    verifyStepUp: stepUpsOf(world.services),
  });
  const queries = createPolicyQueries({ ...tools, decisions: stores.decisions, rulesOf });
  const call = { viewer: signedIn(principal), traceparent: null };
  return {
    drafts: (input: { data?: unknown; bundle?: string }) =>
      commands.draftPolicy.execute(call, { note: 'a story', ...input }),
    publishes: (versionId: string) => commands.publishPolicy.execute(call, { versionId, reason: 'a story' }),
    rollsBack: (against?: string) =>
      commands.rollbackPolicy.execute(call, { reason: 'a story', ...(against !== undefined && { against }) }),
    shadows: async (versionId: string) =>
      accepted(await commands.shadowPolicy.execute(call, { versionId, isOn: true })),
    async simulates(versionId: string) {
      const begun = accepted(await commands.startPolicySimulation.execute(call, { versionId }));
      return until(
        async () => {
          const now = accepted(await queries.policySimulation.execute(call, { id: begun.id ?? '' }));
          return now.state === 'RUNNING' ? undefined : now;
        },
        () => 'the simulation runs still',
      );
    },
    version: async (id: string) => accepted(await queries.policyVersion.execute(call, { id })),
    replays: async ({ id: taskId, revision }: Task) =>
      accepted(await queries.replayDecision.execute(call, { taskId, revision })),
  };
};

const person = (world: World, name: string): Promise<Principal> =>
  world.services.access.ensurePrincipal({
    tenantId: world.tenantId,
    type: 'HUMAN',
    name,
    roles: ['ADMIN', 'SUBMITTER'],
  });

const asData = async (
  world: World,
  change: (settings: PolicyData['settings']) => void,
): Promise<PolicyData> => {
  const data = JSON.parse(await readFile(world.config.policy.dataFile ?? '', 'utf8')) as PolicyData;
  change(data.settings);
  return data;
};

const change = () => anEffect('ledger.keyed', aResource());

test('a policy is drafted, run over the past, shadowed, published to every node, and rolled back', async () => {
  await using world = await createWorld();
  const [ada, eve] = [await person(world, 'Ada'), await person(world, 'Eve')];
  const admin = administer(world, ada);
  const otherNode = await world.startsNode();
  const before = await world.agent.submitsMany([change(), change(), change()]);
  await world.allReach(before, 'SUCCEEDED');

  const wrong = await asData(world, ({ environments }) => {
    environments.DEVELOPMENT.autonomyLevel = 9;
  });
  expect(await admin.drafts({ data: { ...wrong, extra: 1 } })).toMatchObject({
    refusal: {
      details: {
        faults: [{ path: 'data.settings.environments.DEVELOPMENT.autonomyLevel' }, { path: 'data.extra' }],
      },
    },
  });
  const careful = await asData(world, (settings) => {
    settings.environments.DEVELOPMENT.autonomyLevel = 0;
    settings.publishing = { flips: 3, window: 1_000 };
  });
  const draft = accepted(await admin.drafts({ data: careful }));
  expect(draft).toMatchObject({ status: 'DRAFT', number: 1, report: { isPassed: true } });

  const simulation = await admin.simulates(draft.id);
  expect(simulation).toMatchObject({
    state: 'DONE',
    decisions: 3,
    flipped: 3,
    loosened: 0,
    flipCounts: [{ before: 'ALLOW', after: 'REQUIRE_APPROVAL', decisions: 3 }],
  });
  expect(simulation.flips.map(({ taskId, rules }) => [taskId, rules]).toSorted()).toEqual(
    before.map(({ id }) => [id, ['autonomy.level']]).toSorted(),
  );
  expect(simulation.deadRules).toContain('change_freeze.weekday');

  await admin.shadows(draft.id);
  // Nothing acts on a shadow; it is known to every node once its event is.
  const shadowed = await until(
    async () => {
      await world.reaches(await world.agent.submits(change()), 'SUCCEEDED');
      const { shadow } = await admin.version(draft.id);
      return shadow.flipped > 0 ? shadow : undefined;
    },
    () => 'nothing was compared',
  );
  expect(shadowed).toMatchObject({ flipped: shadowed.decisions, faults: 0 });

  const agentsWord = await administer(world, world.agent.principal).publishes(draft.id);
  expect(agentsWord).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
  expect(accepted(await admin.publishes(draft.id))).toMatchObject({ isPublished: true, required: 1 });
  const asked = await world.agent.submits(change());
  expect(asked.status).toBe('AWAITING_APPROVAL');
  await until(
    () => otherNode.policies.of(world.tenantId).bundleHash() === draft.bundleHash || undefined,
    () => 'the other node decides by what it was started with',
  );
  expect(otherNode.policies.of('another tenant').bundleHash()).not.toBe(draft.bundleHash);
  for (const task of [...before, asked]) expect((await admin.replays(task)).result).toBe('SAME');

  const bold = accepted(
    await admin.drafts({
      data: await asData(world, (settings) => {
        settings.publishing = { flips: 3, window: 1_000 };
      }),
    }),
  );
  expect(accepted(await admin.publishes(bold.id))).toMatchObject({
    isPublished: false,
    given: 1,
    required: 2,
  });
  expect(await admin.publishes(bold.id)).toMatchObject({ refusal: { code: 'NOT_ELIGIBLE' } });
  expect((await world.agent.submits(change())).status).toBe('AWAITING_APPROVAL');
  expect(accepted(await administer(world, eve).publishes(bold.id))).toMatchObject({ isPublished: true });
  expect((await world.agent.submits(change())).status).toBe('QUEUED');

  const inTurn = await Promise.all(
    [admin, administer(world, eve)].map((one) => one.rollsBack(bold.bundleHash)),
  );
  expect(inTurn.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
  expect(inTurn.find(({ ok }) => !ok)).toMatchObject({ refusal: { code: 'CONFLICT' } });
  expect(await admin.version(draft.id)).toMatchObject({ status: 'ACTIVE' });
  expect((await world.agent.submits(change())).status).toBe('AWAITING_APPROVAL');
  expect(accepted(await admin.rollsBack())).toMatchObject({ version: null });
  expect(await admin.rollsBack()).toMatchObject({ refusal: { code: 'NOT_IN_THIS_STATE' } });
  expect((await admin.replays(asked)).result).toBe('SAME');
});

test('a policy that asks other people, or asks them for less, is no one person’s to publish', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const [ada, eve] = [await person(world, 'Ada'), await person(world, 'Eve')];
  const admin = administer(world, ada);
  const careful = (then: (terms: PolicyData['settings']['approval']['default']) => void) =>
    asData(world, (settings) => {
      settings.environments.DEVELOPMENT.autonomyLevel = 0;
      settings.publishing = { flips: 0, window: 1_000 };
      settings.grants = { ...settings.grants, environments: { STAGING: { people: 2 } } };
      const terms = settings.approval.default;
      terms.stages = [{ name: 'experts', needs: [{ group: 'experts', required: 1 }] }];
      terms.vetoGroups = ['legal'];
      terms.stepUp = 'REQUIRED';
      then(terms);
    });
  const first = accepted(await admin.drafts({ data: await careful(() => undefined) }));
  expect(accepted(await admin.publishes(first.id))).toMatchObject({ isPublished: true });
  expect((await world.agent.submits(change())).status).toBe('AWAITING_APPROVAL');

  const weaker = [
    await careful((terms) => {
      terms.stages = [{ name: 'anybody', needs: [{ group: null, required: 1 }] }];
    }),
    await careful((terms) => {
      terms.vetoGroups = [];
    }),
    await careful((terms) => {
      terms.stepUp = 'OFF';
    }),
    await careful((terms) => {
      terms.mayEditorApprove = true;
    }),
    await careful((terms) => {
      terms.escalation = { afterMs: 1_000, group: 'interns' };
    }),
  ];
  const lone = await careful(() => undefined);
  lone.settings.grants.environments = { STAGING: { people: 1 } };
  for (const data of [...weaker, lone]) {
    const draft = accepted(await admin.drafts({ data }));
    expect(accepted(await admin.publishes(draft.id))).toMatchObject({ isPublished: false, required: 2 });
  }
  const stricter = accepted(
    await admin.drafts({
      data: await careful((terms) => {
        terms.vetoGroups = ['legal', 'privacy'];
      }),
    }),
  );
  expect(accepted(await admin.publishes(stricter.id))).toMatchObject({ isPublished: true });

  // A word counts while whoever gave it may still give it.
  const [anybody] = weaker;
  const draft = accepted(await admin.drafts({ data: anybody }));
  expect(accepted(await admin.publishes(draft.id))).toMatchObject({ isPublished: false, given: 1 });
  const { operations } = world.services.access;
  const byEve = { viewer: signedIn(eve), traceparent: null };
  accepted(await operations.setRoles.execute(byEve, { principalId: ada.id, roles: ['SUBMITTER'] }));
  expect(accepted(await administer(world, eve).publishes(draft.id))).toMatchObject({
    isPublished: false,
    given: 1,
  });
});

test('what asks people for less in production takes two, also where nothing was decided yet', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const ada = administer(world, await person(world, 'Ada'));
  const forbidding = await asData(world, ({ environments: { PRODUCTION } }) => {
    PRODUCTION.forbiddenActionTypes = ['http.request'];
  });
  const first = accepted(await ada.drafts({ data: forbidding }));
  expect(accepted(await ada.publishes(first.id))).toMatchObject({ isPublished: true });
  const weaker: ((settings: PolicyData['settings']) => void)[] = [
    ({ hardApproval }) => {
      hardApproval.actionTypes = hardApproval.actionTypes.filter((type) => type !== 'terraform.apply');
    },
    ({ hardApproval }) => {
      hardApproval.givenParams = {};
    },
    ({ environments: { PRODUCTION } }) => {
      PRODUCTION.forbiddenActionTypes = [];
    },
    ({ approval }) => {
      approval.environments.PRODUCTION.risks.CRITICAL = { stepUp: 'OFF' };
    },
    ({ approval }) => {
      approval.environments.PRODUCTION.default.mayEditorApprove = true;
    },
  ];
  for (const change of weaker) {
    const data = structuredClone(forbidding);
    change(data.settings);
    const draft = accepted(await ada.drafts({ data }));
    expect(accepted(await ada.publishes(draft.id))).toMatchObject({
      isPublished: false,
      decisions: 0,
      required: 2,
    });
  }
  const stricter = structuredClone(forbidding);
  stricter.settings.hardApproval.actionTypes.push('trello.cards.update');
  const draft = accepted(await ada.drafts({ data: stricter }));
  expect(accepted(await ada.publishes(draft.id))).toMatchObject({ isPublished: true });
});

test('what flips is seen behind however much that another does and that does not flip', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const [ada, eve] = (await Promise.all(['Ada', 'Eve'].map((name) => person(world, name)))).map((each) =>
    administer(world, each),
  );
  if (!ada || !eve) throw new Error('There are two.');
  const window = 20;
  const asData20 = (then: (settings: PolicyData['settings']) => void) =>
    asData(world, (settings) => {
      settings.publishing = { flips: 0, window };
      settings.quality.STAGING = { unattended: 0, least: 0 };
      settings.environments.STAGING.autonomyLevel = 0;
      then(settings);
    });
  const first = accepted(await ada.drafts({ data: await asData20(() => undefined) }));
  await ada.publishes(first.id);
  expect(accepted(await eve.publishes(first.id))).toMatchObject({ isPublished: true });
  const asked = await world.agent.submits(anEffect('ledger.keyed', aResource(), { environment: 'STAGING' }));
  expect(asked.status).toBe('AWAITING_APPROVAL');
  const { id: ownerId } = world.operator.principal;
  const another = await world.services.access.ensurePrincipal({
    tenantId: world.tenantId,
    type: 'AGENT',
    name: 'another agent',
    roles: ['SUBMITTER'],
    ownerId,
  });
  await createSubmitter(world.services, another).submitsMany(Array.from({ length: 2 * window }, change));
  const lax = accepted(
    await ada.drafts({
      data: await asData20(({ environments: { STAGING } }) => {
        STAGING.autonomyLevel = 4;
      }),
    }),
  );
  expect(accepted(await ada.publishes(lax.id))).toMatchObject({
    isPublished: false,
    flips: 1,
    decisions: window,
    required: 2,
  });
});

test('a word that a policy be published holds as long as an approval may be given, and for that version alone', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const [ada, eve] = [await person(world, 'Ada'), await person(world, 'Eve')];
  const [byAda, byEve] = [administer(world, ada), administer(world, eve)];
  const brief = (settings: PolicyData['settings']) => {
    settings.approval.default.expiresInMs = 10_000;
  };
  const first = accepted(await byAda.drafts({ data: await asData(world, brief) }));
  expect(accepted(await byAda.publishes(first.id))).toMatchObject({ isPublished: true });
  const bold = (most: number) =>
    asData(world, (settings) => {
      brief(settings);
      settings.environments.PRODUCTION.autonomyLevel = most;
    });
  const [one, other] = [
    accepted(await byAda.drafts({ data: await bold(1) })),
    accepted(await byAda.drafts({ data: await bold(2) })),
  ];
  // Nothing was decided in production, so that nothing flips; more would run there all the same.
  const waits = { isPublished: false, flips: 0, given: 1, required: 2 };
  const asked = accepted(await byAda.publishes(one.id));
  expect(asked).toMatchObject({ ...waits, version: { asks: [{ by: 'Ada' }] } });
  expect(accepted(await byEve.publishes(other.id))).toMatchObject(waits);
  const end = asked.version.asks[0]?.endsAt ?? new Date(0);
  await until(
    () => new Date() > end || undefined,
    () => 'the word ends later than it says',
  );
  expect((await byEve.version(one.id)).asks).toEqual([]);
  expect(accepted(await byEve.publishes(one.id))).toMatchObject({
    ...waits,
    version: { asks: [{ by: 'Eve' }] },
  });
});

/** Decided as differently as these rules decide: by environment, by what is done, by what is asked for, by what is said. */
const anything = (index: number): TaskInput =>
  (index % 2 === 0 ? anErrand : anEffectOf)({
    environment: environments[index % environments.length],
    requiresApproval: index % 5 === 0,
    ...(index % 7 === 0 && { justification: 'The books have to be closed tonight.' }),
    ...(index % 11 === 0 && { mode: 'PLAN' }),
  });
const anEffectOf = (more: object): TaskInput => anEffect('ledger.keyed', aResource(), more);
const anErrand = (more: object): TaskInput => ({ ...aRiskyTask(), ...more });

test('recorded decisions come out again as they were, bit for bit, however many they are', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const { policies, stores, database } = world.services;
  const [many, atOnce] = [sized(150, 1_000), 50];
  for (let from = 0; from < many; from += atOnce)
    await world.agent.submitsMany(Array.from({ length: atOnce }, (_, index) => anything(from + index)));
  const keys = await policies.tools.past.keysSince(new Date(0), many + 1);
  expect(keys).toHaveLength(many);
  const outcomes = await database.query('SELECT DISTINCT outcome FROM policy_decision');
  expect(outcomes.length).toBeGreaterThan(1);
  expect(await replayPast(database, stores.decisions, policies.rulesOf, keys)).toEqual({
    counts: { SAME: many, DIFFERENT: 0, RULES_MISSING: 0 },
    odd: [],
  });
}, 300_000);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('rules come signed by a key that is configured, whole, and are asked before they may decide', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = {
    id: 'release',
    algorithm: 'EdDSA' as const,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
  const admin = administer(world, await person(world, 'Ada'), [key]);
  const wasm = await readFile(join(policiesDir, 'bundle/policy.wasm'));
  const data = await asData(world, ({ production }) => {
    production.maxBatchPercent = 10;
  });
  const bundle = async (files: Readonly<Record<string, Uint8Array>>, signed = files): Promise<string> => {
    const payload = JSON.stringify({
      files: Object.entries(signed).map(([name, content]) => ({
        name,
        hash: hash('sha256', content),
        algorithm: 'SHA-256',
      })),
    });
    const token = await new CompactSign(bytes(payload)).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey);
    const all = { ...files, '.signatures.json': bytes(JSON.stringify({ signatures: [token] })) };
    return gzipSync(
      createTar(Object.entries(all).map(([name, content]) => ({ name, data: new Uint8Array(content) }))),
    ).toString('base64');
  };
  // Its own custom section, at the end: other rules by their hash, the same by what they say.
  const marked = Buffer.concat([wasm, Buffer.from([0, 5, 4, ...bytes('mark')])]);
  const draft = accepted(await admin.drafts({ bundle: await bundle({ 'policy.wasm': marked }), data }));
  expect(draft).toMatchObject({ status: 'DRAFT', signedBy: 'release', report: { isPassed: true } });
  expect(accepted(await admin.publishes(draft.id))).toMatchObject({ isPublished: true });
  const task = await world.agent.submits(change());
  expect(task.status).toBe('QUEUED');
  expect((await admin.replays(task)).result).toBe('SAME');

  // What is no rules is told so, and never decides.
  const none = accepted(await admin.drafts({ bundle: await bundle({ 'policy.wasm': wasm.subarray(0, 8) }) }));
  expect(none).toMatchObject({ status: 'FAULTY', report: { isPassed: false } });
  expect(await admin.publishes(none.id)).toMatchObject({ refusal: { code: 'NOT_IN_THIS_STATE' } });

  const deep = bytes(`{"settings": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
  const refusals = await Promise.all(
    [
      await bundle({ 'policy.wasm': wasm, 'data.json': deep }, { 'policy.wasm': wasm }),
      await bundle({ 'policy.wasm': wasm, 'data.json': bytes('{') }),
      'bm90aGluZw==',
      await bundle({ 'policy.wasm': marked }, { 'policy.wasm': wasm }),
      await bundle({ 'policy.wasm': wasm, 'more.rego': bytes('package more') }, { 'policy.wasm': wasm }),
      await bundle({ 'policy.wasm': wasm }, { 'policy.wasm': wasm, 'more.rego': bytes('package more') }),
    ].map(async (each) => {
      const outcome = await admin.drafts({ bundle: each });
      return outcome.ok ? null : outcome.refusal.message;
    }),
  );
  expect(refusals).toEqual([
    expect.stringMatching(/data\.json is not taken: settings\S* must not be nested deeper than 64/),
    expect.stringContaining('data.json is no JSON'),
    expect.stringContaining('no gzipped tar archive'),
    expect.stringContaining('policy.wasm is not the file that was signed'),
    expect.stringContaining('more.rego is not signed'),
    expect.stringContaining('more.rego was signed and is missing'),
  ]);
});
