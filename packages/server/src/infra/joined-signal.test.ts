import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { joinSignals } from './joined-signal.ts';

test.each([0, 1])('fires with the first that fires, for the same reason', (index) => {
  const controllers = [new AbortController(), new AbortController()];
  using joined = joinSignals(...controllers.map(({ signal }) => signal));
  expect(joined.signal.aborted).toBe(false);
  controllers[index]?.abort('over');
  controllers[1 - index]?.abort('too late');
  expect(joined.signal.reason).toBe('over');
});

test('has fired where one of them had', () => {
  using joined = joinSignals(new AbortController().signal, AbortSignal.abort('before'));
  expect(joined.signal.reason).toBe('before');
});

test.each(['ended', 'fired'])('leaves nothing at a signal that lives on, once it has %s', (how) => {
  const process = new AbortController();
  const call = new AbortController();
  {
    using _joined = joinSignals(process.signal, call.signal);
    if (how === 'fired') call.abort();
    else expect(getEventListeners(process.signal, 'abort')).toHaveLength(1);
  }
  expect(getEventListeners(process.signal, 'abort')).toHaveLength(0);
});
