import { describe, expect, it } from 'vitest';
import {
  environmentOfPlan,
  environmentWords,
  spelledAlike,
  type PlacedTargets,
} from './target-environment.ts';

const placed: PlacedTargets = {
  places: [
    { platform: 'git', name: 'shop', environment: 'PRODUCTION' },
    { platform: 'git', name: 'shop@try', environment: 'STAGING' },
    { platform: 'http', name: 'https://live.example:8443', environment: 'PRODUCTION' },
    { platform: 'slack', name: 'C0OPS', environment: 'STAGING' },
  ],
  secrets: { live: 'PRODUCTION' },
  patterns: [{ pattern: '*prod*', environment: 'PRODUCTION' }],
};
const step = (platform: string, name: string, kind = 'thing') => ({ platform, targets: [{ kind, name }] });

describe('where a plan belongs', () => {
  it.each([
    ['git', 'shop@main', 'thing', 'PRODUCTION'],
    // The strictest word on it, not the most exact one.
    ['git', 'shop@try', 'thing', 'PRODUCTION'],
    ['git', 'shopping@main', 'thing', 'DEVELOPMENT'],
    ['slack', 'shop@main', 'thing', 'DEVELOPMENT'],
    ['slack', 'C0OPS/17.2', 'thing', 'STAGING'],
    ['http', 'https://api.prod.example', 'origin', 'PRODUCTION'],
    ['http', 'https://live.example.:8443', 'origin', 'PRODUCTION'],
    ['http', 'live', 'secret', 'PRODUCTION'],
    ['http', 'prod', 'secret', 'DEVELOPMENT'],
  ])('%s %s (%s): %s', (platform, name, kind, expected) => {
    expect(environmentOfPlan(placed, 'DEVELOPMENT', [step(platform, name, kind)]).environment).toBe(expected);
  });

  it('is never less strict than the claim', () => {
    const found = environmentOfPlan(placed, 'PRODUCTION', [step('slack', 'C0OPS')]);
    expect(found).toEqual({ environment: 'PRODUCTION', because: [] });
  });

  it('names what makes it stricter', () => {
    const steps = [
      step('git', 'shop@main', 'branch'),
      step('http', 'https://prod', 'origin'),
      step('slack', 'C0OPS'),
    ];
    const found = environmentOfPlan(placed, 'STAGING', steps);
    expect(found.because).toEqual(['branch shop@main', 'origin https://prod']);
    expect(environmentWords('STAGING', found)).toBe(
      'claimed staging, but branch shop@main and 1 more is production',
    );
  });
});

describe('the spelling of a place', () => {
  it.each([
    ['https://Git.Example/shop', 'https://git.example/shop'],
    ['HTTPS://git.example/shop', 'https://git.example/shop'],
    ['https://git.example./shop', 'https://git.example/shop'],
    ['https://git.example:443/shop', 'https://git.example/shop'],
    ['http://git.example:80/shop', 'http://git.example/shop'],
    ['ssh://git@git.example:22/shop', 'ssh://git@git.example/shop'],
    ['https://git.example/shop.git', 'https://git.example/shop'],
    ['https://git.example/shop.git/', 'https://git.example/shop'],
    ['https://git.example/shop/', 'https://git.example/shop'],
    ['https://git.example/shop.git@main', 'https://git.example/shop@main'],
    ['https://[2001:DB8::1]:443', 'https://[2001:db8::1]'],
    ['https://git.example/', 'https://git.example'],
    ['/srv/shop/', '/srv/shop'],
  ])('%s is %s', (given, spelling) => {
    expect(spelledAlike(given)).toBe(spelling);
    expect(spelledAlike(spelling)).toBe(spelling);
  });

  it.each([
    ['https://git.example/Shop', 'https://git.example/shop'],
    ['https://git.example:8443/shop', 'https://git.example/shop'],
    ['http://git.example/shop', 'https://git.example/shop'],
    ['https://git.example/shop.gitea', 'https://git.example/shop'],
    ['ssh://Git@git.example/shop', 'ssh://git@git.example/shop'],
    ['/srv/shop.git', '/srv/shop'],
    ['shop.git', 'shop'],
    ['Shop', 'shop'],
    ['C0OPS', 'c0ops'],
  ])('%s is not that of %s', (one, other) => {
    expect(spelledAlike(one)).not.toBe(spelledAlike(other));
  });
});
