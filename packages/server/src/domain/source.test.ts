import { describe, expect, it } from 'vitest';
import { at } from '../../testing/domain-samples.ts';
import { quarantineStop, type Quarantine, type TaskSource } from './source.ts';

const quarantined = (reference: string, kind: Quarantine['kind'] = null): Quarantine => ({
  id: reference,
  tenantId: 'tenant',
  kind,
  reference,
  reason: 'Poisoned.',
  byId: 'ann',
  at: at(0),
  releasedAt: null,
  releasedById: null,
  releaseReason: null,
});
const page = (reference: string): TaskSource => ({ kind: 'WEB', reference, trust: 'OUTSIDE', via: null });

describe('what rests on a quarantined source', () => {
  it.each([
    ['*EVIL.example/*', null, true],
    ['https://evil.example/a', 'WEB', true],
    ['https://evil.example/a', 'MAIL', false],
    ['evil.example', null, false],
  ] as const)('is held by %s of kind %s: %s', (pattern, kind, isHeld) => {
    const stop = quarantineStop([quarantined(pattern, kind)], [page('https://Evil.example/a')]);
    expect(stop !== null).toBe(isHeld);
  });

  it('is found out quickly, whatever patterns people write and agents name', () => {
    const standing = Array.from({ length: 100 }, () => quarantined(`*${'a'.repeat(250)}b*`));
    const sources = Array.from({ length: 100 }, () => page('a'.repeat(500)));
    const started = performance.now();
    expect(quarantineStop(standing, sources)).toBeNull();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
