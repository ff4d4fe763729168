// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { createServerClock } from './server-clock.ts';

const serverSecond = Date.UTC(2026, 10, 21, 10, 0, 0);
const header = (ms: number): string => new Date(Math.floor(ms / 1_000) * 1_000).toUTCString();

describe('the server clock', () => {
  it('is the device’s until the server has said anything', () => {
    const clock = createServerClock(() => 5_000);
    clock.observe(0, 1, null);
    clock.observe(0, 1, 'not a date');
    expect(clock.now()).toBe(5_000);
  });

  it('comes within 100 ms of a clock that differs by minutes, from whole seconds alone', () => {
    const skewMs = 187_430;
    let device = serverSecond - skewMs;
    const clock = createServerClock(() => device);
    for (let answer = 0; answer < 40; answer++) {
      device += 137;
      clock.observe(device - 20, device, header(device - 10 + skewMs));
    }
    expect(Math.abs(clock.now() - (device + skewMs))).toBeLessThan(100);
  });

  it('follows when one of the clocks is set', () => {
    let device = serverSecond;
    const clock = createServerClock(() => device);
    clock.observe(device - 10, device, header(device));
    device += 3_600_000;
    const server = device - 3_600_000;
    clock.observe(device - 10, device, header(server));
    expect(Math.abs(clock.now() - server)).toBeLessThan(1_000);
  });
});
