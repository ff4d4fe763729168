import {
  actionCategories,
  environments,
  releaseStages,
  risks,
  stopModes,
  stopScopes,
  stopStages,
} from '@countersign/shared';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { at } from '../../testing/domain-samples.ts';
import { askEndsAt } from './ask.ts';
import {
  askRelease,
  covers,
  releaseAskHoldsMs,
  stopOf,
  stops,
  type KillSwitch,
  type ReleaseAsk,
  type StopSubject,
} from './kill-switch.ts';

const names = ['git', 'http'] as const;
const anySubject: fc.Arbitrary<StopSubject> = fc.record({
  tenantId: fc.constantFrom('ours', 'theirs'),
  environment: fc.constantFrom(null, ...environments),
  agentId: fc.constantFrom(null, 'ada', 'bot'),
  platform: fc.constantFrom(...names),
  name: fc.constantFrom('repo.commit', 'http.request'),
  version: fc.integer({ min: 1, max: 2 }),
  category: fc.constantFrom(...actionCategories),
  risk: fc.constantFrom(null, ...risks),
});
const values = [null, ...environments, ...names, 'ada', 'repo.commit', 'repo.commit@1', 'other'] as const;
const anySwitch: fc.Arbitrary<KillSwitch> = fc.record({
  id: fc.uuid(),
  tenantId: fc.constantFrom('ours', 'theirs'),
  kind: fc.constantFrom(...stopScopes),
  value: fc.constantFrom(...values),
  mode: fc.constantFrom(...stopModes),
  isDrill: fc.boolean(),
  reason: fc.string(),
  byId: fc.constant(null),
  engagedAt: fc.constant(at(0)),
  stage: fc.constantFrom(...stopStages),
  stagedAt: fc.constant(at(0)),
  epoch: fc.constant(1),
  asks: fc.constant([]),
});
const aSwitch = (parts: Partial<KillSwitch>): KillSwitch => ({
  id: 'switch',
  tenantId: 'ours',
  kind: 'TENANT',
  value: null,
  mode: 'PAUSE',
  isDrill: false,
  reason: 'incident 7',
  byId: 'ada',
  engagedAt: at(0),
  stage: 'STOPPED',
  stagedAt: at(0),
  epoch: 1,
  asks: [],
  ...parts,
});
const work: StopSubject = {
  tenantId: 'ours',
  environment: 'PRODUCTION',
  agentId: 'bot',
  platform: 'git',
  name: 'repo.commit',
  version: 2,
  category: 'WRITE',
  risk: 'HIGH',
};

const scopes: [KillSwitch['kind'], string | null, Partial<StopSubject>, boolean][] = [
  ['GLOBAL', null, { tenantId: 'theirs' }, true],
  ['TENANT', null, {}, true],
  ['TENANT', null, { tenantId: 'theirs' }, false],
  ['ENVIRONMENT', 'PRODUCTION', {}, true],
  ['ENVIRONMENT', 'STAGING', {}, false],
  ['ENVIRONMENT', 'STAGING', { environment: null }, true],
  ['PLATFORM', 'git', {}, true],
  ['PLATFORM', 'http', {}, false],
  ['PLATFORM', 'git', { tenantId: 'theirs' }, false],
  ['AGENT', 'bot', {}, true],
  ['AGENT', 'ada', {}, false],
  ['AGENT', 'ada', { agentId: null }, true],
  ['ACTION_TYPE', 'repo.commit', {}, true],
  ['ACTION_TYPE', 'repo.commit@2', {}, true],
  ['ACTION_TYPE', 'repo.commit@1', {}, false],
  ['ACTION_TYPE', 'repo', {}, false],
];

test.each(scopes)('a stop of %s %s of %j covers it: %s', (kind, value, other, isCovered) => {
  expect(covers({ kind, value, tenantId: 'ours' }, { ...work, ...other })).toBe(isCovered);
});

describe('a kill switch', () => {
  it('stops nothing beyond its scope, nothing as a drill, and nothing once it is released', () => {
    fc.assert(
      fc.property(anySwitch, anySubject, (each, subject) => {
        const isStopped = stops(each, subject);
        if (isStopped)
          expect([covers(each, subject), each.isDrill, each.stage === 'ALL']).toEqual([true, false, false]);
        expect(stops({ ...each, isDrill: true }, subject)).toBe(false);
        expect(stops({ ...each, stage: 'ALL' }, subject)).toBe(false);
      }),
    );
  });

  it('stops all that it covers until it is released, and no more at each later stage than before', () => {
    fc.assert(
      fc.property(anySwitch, anySubject, (drilled, subject) => {
        const each = { ...drilled, isDrill: false };
        expect(stops({ ...each, stage: 'STOPPED' }, subject)).toBe(covers(each, subject));
        const held = stopStages.map((stage) => stops({ ...each, stage }, subject));
        expect(held).toEqual(held.toSorted((one, other) => Number(other) - Number(one)));
      }),
    );
  });

  it('is not weakened by another, and a halt outweighs a pause', () => {
    fc.assert(
      fc.property(fc.array(anySwitch, { maxLength: 4 }), anySwitch, anySubject, (some, more, subject) => {
        const alone = stopOf(some, subject);
        const both = stopOf([...some, more], subject);
        if (alone) expect(both).not.toBeNull();
        const halts = [...some, more].some((each) => each.mode === 'HALT' && stops(each, subject));
        if (both) expect(both.mode).toBe(halts ? 'HALT' : 'PAUSE');
      }),
    );
  });

  it('holds what it knows less of at least as much', () => {
    fc.assert(
      fc.property(anySwitch, anySubject, (each, subject) => {
        const unknown = { ...subject, environment: null, agentId: null, risk: null };
        if (stops(each, subject)) expect(stops(each, unknown)).toBe(true);
      }),
    );
  });
});

describe('a release', () => {
  const ask = (who: string, stage: ReleaseAsk['stage'], parts: Partial<ReleaseAsk> = {}): ReleaseAsk => ({
    reviewerId: who,
    handIds: [],
    makerIds: [],
    by: who,
    stage,
    reason: 'It is mended.',
    at: at(1).toISOString(),
    ...parts,
  });
  const after = (before: KillSwitch, ...asks: ReleaseAsk[]) =>
    asks.reduce<KillSwitch | string>((one, each) => {
      if (typeof one === 'string') return one;
      const outcome = askRelease(one, each, 2, at(9));
      return outcome.ok ? outcome.value : outcome.refusal.code;
    }, before);

  it('waits for a second person, and counts its stages', () => {
    const first = after(aSwitch({}), ask('ada', 'OBSERVE'));
    expect(first).toMatchObject({ stage: 'STOPPED', epoch: 1, asks: [{ by: 'ada' }] });
    expect(after(aSwitch({}), ask('ada', 'OBSERVE'), ask('grace', 'OBSERVE'))).toMatchObject({
      stage: 'OBSERVE',
      stagedAt: at(9),
      epoch: 2,
      asks: [],
    });
    expect(askRelease(aSwitch({}), ask('ada', 'ALL'), 1, at(9))).toMatchObject({ value: { stage: 'ALL' } });
  });

  it('is nobody’s alone, whichever hand they take', () => {
    expect(after(aSwitch({}), ask('ada', 'ALL'), ask('ada', 'ALL'))).toBe('NOT_ELIGIBLE');
    const made = { handIds: ['ada'], makerIds: ['ada'] };
    expect(after(aSwitch({}), ask('ada', 'ALL'), ask('grace', 'ALL', made))).toBe('NOT_ELIGIBLE');
  });

  it('is of one stage: a word for another begins anew', () => {
    expect(after(aSwitch({}), ask('ada', 'ALL'), ask('grace', 'OBSERVE'))).toMatchObject({
      stage: 'STOPPED',
      asks: [{ by: 'grace', stage: 'OBSERVE' }],
    });
  });

  it('holds for half an hour, and not a moment longer', () => {
    const asked = askRelease(aSwitch({}), ask('ada', 'ALL'), 2, at(9));
    if (!asked.ok) throw new Error(asked.refusal.message);
    const second = (ms: number) => askRelease(asked.value, ask('grace', 'ALL'), 2, at(ms));
    const end = askEndsAt(ask('ada', 'ALL'), releaseAskHoldsMs).getTime() - at(0).getTime();
    expect(second(end - 1)).toMatchObject({ value: { stage: 'ALL' } });
    expect(second(end)).toMatchObject({ value: { stage: 'STOPPED', asks: [{ by: 'grace' }] } });
    // Whose word has ended may say it again.
    expect(askRelease(asked.value, ask('ada', 'ALL'), 2, at(end))).toMatchObject({
      value: { asks: [{ by: 'ada' }] },
    });
  });

  it('goes one way, to its end', () => {
    fc.assert(
      fc.property(anySwitch, fc.constantFrom(...releaseStages), (each, stage) => {
        const outcome = askRelease(each, ask('ada', stage), 1, at(9));
        const isLater = each.stage !== 'ALL' && stopStages.indexOf(stage) > stopStages.indexOf(each.stage);
        expect(outcome.ok).toBe(isLater);
        if (outcome.ok) expect(outcome.value.stage).toBe(stage);
      }),
    );
  });
});
