import { describe, expect, test } from 'vitest';
import { ExecutorError, type ExecutorErrorCode } from '../kit/executor-error.ts';
import { readBack } from './read-back.ts';

const failing = (code: ExecutorErrorCode, times: number) => {
  const looks = { count: 0 };
  const look = async (): Promise<void> => {
    looks.count += 1;
    if (looks.count <= times) throw new ExecutorError(code, 'Not there.', { effect: 'UNKNOWN' });
  };
  return { looks, look };
};
const never = new AbortController().signal;

describe('a platform that does not show yet what it did', () => {
  test.each(['DEPENDENCY_FAILED', 'RESOURCE_NOT_FOUND', 'NETWORK_ERROR', 'SERVICE_DOWN'] as const)(
    'is looked at again after %s',
    async (code) => {
      const { looks, look } = failing(code, 2);
      await readBack(look, [1, 1, 1], never);
      expect(looks.count).toBe(3);
    },
  );

  test('is believed at last that it did not', async () => {
    const { looks, look } = failing('DEPENDENCY_FAILED', 9);
    await expect(readBack(look, [1, 1], never)).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
    expect(looks.count).toBe(3);
  });

  test.each(['PLATFORM_PERMISSION_DENIED', 'PLATFORM_AUTHENTICATION_FAILED', 'PLATFORM_REJECTED'] as const)(
    'is not bothered again after %s',
    async (code) => {
      const { looks, look } = failing(code, 9);
      await expect(readBack(look, [1, 1], never)).rejects.toMatchObject({ code });
      expect(looks.count).toBe(1);
    },
  );

  test('is left alone once nobody waits any more', async () => {
    const controller = new AbortController();
    const { looks, look } = failing('DEPENDENCY_FAILED', 9);
    const ending = readBack(look, [60_000], controller.signal);
    controller.abort();
    await expect(ending).rejects.toThrow();
    expect(looks.count).toBe(1);
  });
});
