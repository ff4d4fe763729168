import { expect, test } from 'vitest';
import { EndingStack } from './ending-stack.ts';

const never = new Promise<void>(() => undefined);

test('parts end in reverse, and those that hang are left behind in time', async () => {
  const ended: string[] = [];
  let overdue = 0;
  const stack = new EndingStack(100, () => (overdue += 1));
  const part = (name: string, ending: Promise<void> = Promise.resolve()): AsyncDisposable => ({
    [Symbol.asyncDispose]() {
      ended.push(name);
      return ending;
    },
  });
  stack.use(part('first'));
  stack.use(part('hung', never));
  stack.use({ [Symbol.dispose]: () => void ended.push('simple') });
  stack.use(part('hung too', never));
  stack.use(part('last'));
  const startedAt = performance.now();
  await stack.move().disposeAsync();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(ended).toEqual(['last', 'hung too', 'simple', 'hung', 'first']);
  expect(overdue).toBe(2);
});

test('a part that fails to end keeps no other from ending, and is heard of', async () => {
  const ended: string[] = [];
  const stack = new EndingStack(1_000, () => undefined);
  stack.use({ [Symbol.asyncDispose]: async () => void ended.push('first') });
  stack.use({ [Symbol.asyncDispose]: () => Promise.reject(new Error('as planned')) });
  await expect(stack.disposeAsync()).rejects.toThrow('as planned');
  expect(ended).toEqual(['first']);
});

test('parts have what is left of a time that was said, and no more', async () => {
  let overdue = 0;
  const stack = new EndingStack(1, () => (overdue += 1));
  const endsIn = (timeMs: number): AsyncDisposable => ({
    [Symbol.asyncDispose]: () => new Promise((resolve) => setTimeout(resolve, timeMs)),
  });
  stack.use({ [Symbol.asyncDispose]: () => never });
  stack.use(endsIn(50));
  const startedAt = performance.now();
  stack.endBy(startedAt + 400);
  await stack.move().disposeAsync();
  expect(overdue).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
