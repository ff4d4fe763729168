import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRoom } from './room.ts';

const limits = { each: 10, total: 40 };

it('keeps a quarter for other tenants, whatever many callers of one take', () => {
  const room = createRoom(limits);
  const crowd = Array.from({ length: 20 }, (_, index) => ({ id: `of acme ${index}`, tenantId: 'acme' }));
  const got = crowd.filter((caller) => room.take(caller, 5));
  expect(got).toHaveLength(6);
  expect(room.take({ id: 'other', tenantId: 'globex' }, 10)).toBe(true);
  expect(room.take({ id: 'an address' }, 1)).toBe(false);
  room.giveBack({ id: 'other', tenantId: 'globex' }, 10);
  expect(room.take({ id: 'an address' }, 10)).toBe(true);
});

it('holds what it was given to hold, of each, of each tenant and of all', () => {
  const anyMove = fc.record({
    who: fc.nat({ max: 5 }),
    tenant: fc.nat({ max: 1 }),
    amount: fc.integer({ min: 1, max: 12 }),
    isTaken: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyMove, { maxLength: 60 }), (moves) => {
      const room = createRoom(limits);
      const held: { id: string; tenantId: string; amount: number }[] = [];
      const sum = (of: (each: (typeof held)[number]) => boolean): number =>
        held.filter(of).reduce((total, { amount }) => total + amount, 0);
      for (const { who, tenant, amount, isTaken } of moves) {
        const [tenantId, id] = [`t${tenant}`, `t${tenant} p${who}`];
        const back = isTaken ? undefined : held.pop();
        if (back) room.giveBack(back, back.amount);
        else if (room.take({ id, tenantId }, amount)) held.push({ id, tenantId, amount });
        expect(room.taken).toBe(sum(() => true));
        expect(room.taken).toBeLessThanOrEqual(40);
        for (const each of held) {
          expect(sum(({ id: other }) => other === each.id)).toBeLessThanOrEqual(10);
          expect(sum((other) => other.tenantId === each.tenantId)).toBeLessThanOrEqual(30);
        }
      }
    }),
  );
});
