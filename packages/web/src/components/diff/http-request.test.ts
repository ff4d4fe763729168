// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { hostWarning, prettyBody, splitUrl } from './http-request.ts';

describe('splitUrl', () => {
  it('splits exactly as written', () => {
    expect(splitUrl('https://api.example.com:8443/v1?x=1#y')).toEqual({
      origin: 'https://api.example.com:8443',
      rest: '/v1?x=1#y',
    });
  });
});

describe('hostWarning', () => {
  it('is silent for a plain host', () => {
    expect(hostWarning('https://api.example.com/v1')).toBeNull();
  });

  it('warns of letters that pass for others, in either spelling', () => {
    expect(hostWarning('https://xn--pypal-4ve.com/')).toContain('xn--pypal-4ve.com');
    expect(hostWarning('https://pаypal.com/')).toContain('xn--');
  });

  it('says who really gets the request where a name stands before the host', () => {
    expect(hostWarning('https://bank.example@evil.test/')).toContain('evil.test');
  });
});

describe('prettyBody', () => {
  it('indents JSON', () => {
    expect(prettyBody('{"a":1, "b":[2]}')).toBe('{\n  "a": 1,\n  "b": [\n    2\n  ]\n}');
  });

  it.each([
    ['a key twice', '{"a":1,"a":2}'],
    ['a number that would be rounded', '{"id":12345678901234567890}'],
    ['text', 'a=1&b=2'],
    ['a bare value', '7'],
  ])('shows %s as written', (_what, body) => {
    expect(prettyBody(body)).toBe(body);
  });
});
