import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLaneSlots, firstSlotsOf, spareSlotsOf, type Comer } from './lane-slots.ts';

const noop = (): void => {};
const names = (prefix: string) => fc.integer({ min: 0, max: 9 }).map((index) => `${prefix}${index}`);
const anyStep = fc.record({ platform: names('p'), tenantId: names('t'), submitterId: names('s') });
const anyLane = fc.integer({ min: 1, max: 64 });

/** Lets in who gets in, and now and then somebody goes. */
const crowd = (slots: number, arrivals: readonly Comer[], leaves: readonly number[]) => {
  const lane = createLaneSlots(slots);
  const inside: { comer: Comer; slot: Disposable }[] = [];
  arrivals.forEach((comer, index) => {
    if (lane.hasRoom(comer)) inside.push({ comer, slot: lane.hold(comer, noop) });
    const leave = leaves[index] ?? 0;
    if (leave % 3 === 0) inside.splice(leave % Math.max(1, inside.length), 1)[0]?.slot[Symbol.dispose]();
  });
  return { lane, inside };
};

test('however many steps one agent has, at however many platforms, the first of another has a slot at once', () => {
  fc.assert(
    fc.property(
      anyLane,
      fc.array(anyStep, { maxLength: 300 }),
      fc.array(fc.nat({ max: 300 }), { maxLength: 300 }),
      fc.boolean(),
      names('p'),
      (slots, steps, leaves, isOfTheSameTenant, platform) => {
        const greedy = steps.map((step) => ({ ...step, tenantId: 'one', submitterId: 'greedy' }));
        const { lane } = crowd(slots, greedy, leaves);
        const tenantId = isOfTheSameTenant ? 'one' : 'other';
        expect(lane.hasRoom({ platform, tenantId, submitterId: 'modest' })).toBe(true);
      },
    ),
  );
});

test('however many agents one tenant has, the first step of another tenant has a slot at once', () => {
  fc.assert(
    fc.property(
      anyLane,
      fc.array(fc.tuple(anyStep, fc.nat({ max: 200 })), { maxLength: 400 }),
      fc.array(fc.nat({ max: 300 }), { maxLength: 400 }),
      (slots, steps, leaves) => {
        const agents = steps.map(([step, agent]) => ({
          ...step,
          tenantId: 'one',
          submitterId: `agent ${agent}`,
        }));
        const { lane } = crowd(slots, agents, leaves);
        expect(lane.hasRoom({ platform: 'p0', tenantId: 'other', submitterId: 'modest' })).toBe(true);
      },
    ),
  );
});

test('a lane has a bound, and alone an agent has no more than the slots that are for all and for quick platforms', () => {
  fc.assert(
    fc.property(
      anyLane,
      fc.array(anyStep, { maxLength: 400 }),
      fc.array(fc.nat({ max: 300 }), { maxLength: 400 }),
      (slots, steps, leaves) => {
        const most = slots + spareSlotsOf(slots) + firstSlotsOf(slots);
        const { lane, inside } = crowd(slots, steps, leaves);
        expect(lane.total()).toBe(inside.length);
        expect(inside.length).toBeLessThanOrEqual(most);
        const greedy = steps.map((step) => ({ ...step, submitterId: 'greedy', tenantId: 'one' }));
        expect(crowd(slots, greedy, leaves).inside.length).toBeLessThanOrEqual(
          slots + spareSlotsOf(slots) + Math.floor(firstSlotsOf(slots) / 8),
        );
      },
    ),
  );
});

test('what was held besides the lane is free again before the lane itself is', () => {
  const lane = createLaneSlots(2);
  const greedy = { platform: 'p', tenantId: 'one', submitterId: 'greedy' };
  const held = [lane.hold(greedy, noop), lane.hold(greedy, noop)];
  const modest = { ...greedy, submitterId: 'modest' };
  lane.hold(modest, noop);
  expect(lane.isFirst({ ...greedy, submitterId: 'third' })).toBe(false);
  held.pop()?.[Symbol.dispose]();
  expect(lane.isFirst({ ...greedy, submitterId: 'third' })).toBe(true);
  expect(lane.hasRoom(greedy)).toBe(false);
});
