import { describe, expect, it } from 'vitest';
import { createOpenApprovals } from './open-approvals.ts';

const counting = (open: Record<string, number>, limit = 10) => {
  const counted: string[] = [];
  const approvals = createOpenApprovals({
    limit,
    count: (id) => {
      counted.push(id);
      return Promise.resolve(open[id] ?? 0);
    },
  });
  const takes = async (id: string, times: number): Promise<number> => {
    const given = await Promise.all(Array.from({ length: times }, () => approvals.take(id)));
    return given.filter(Boolean).length;
  };
  return { approvals, counted, takes };
};

describe('open approvals', () => {
  it('are as many as the limit says, counted once for a call of many', async () => {
    const { takes, counted } = counting({ a: 3 });
    expect(await takes('a', 500)).toBe(7);
    expect(await takes('a', 1)).toBe(0);
    expect(counted).toEqual(['a']);
  });

  it('are of each submitter alone', async () => {
    const { takes } = counting({ a: 10 });
    expect(await takes('a', 5)).toBe(0);
    expect(await takes('b', 20)).toBe(10);
  });

  it('that came to nothing leave their room', async () => {
    const { approvals, takes } = counting({});
    expect(await takes('a', 10)).toBe(10);
    approvals.done('a', false);
    approvals.done('a', true);
    expect(await takes('a', 10)).toBe(1);
  });

  it('are asked about again where they could not be counted', async () => {
    let isAway = true;
    const approvals = createOpenApprovals({
      limit: 1,
      count: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(0)),
    });
    await expect(approvals.take('a')).rejects.toThrow('away');
    isAway = false;
    expect(await approvals.take('a')).toBe(true);
    expect(approvals.refusal).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retriable: true });
  });
});
