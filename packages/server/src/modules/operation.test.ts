import { expect, test } from 'vitest';
import { z } from 'zod';
import { accepted, refusal, refused, type Outcome } from '../domain/errors.ts';
import { faultsOf } from '../domain/refusal-details.ts';
import type { Caller } from '../domain/principal.ts';
import { id } from './inputs.ts';
import { defineCommand, defineQuery } from './operation.ts';

const callOf = (...roles: Caller['roles']) => ({
  viewer: { roles } as Caller,
  traceparent: null,
});

const rename = defineCommand({
  name: 'rename',
  description: 'Gives it another name.',
  input: z.strictObject({ id, names: z.array(z.string().min(1)), count: z.int() }),
  right: 'ADMINISTER',
  run: async (_call, { id: whose, names }) =>
    names.length === 0
      ? refused<string>(refusal('CONFLICT', 'No name is left.'))
      : accepted(`${whose}: ${names.join()}`),
});

const input = { id: '0190E7A5-0000-7000-8000-00000000000A', names: ['a'], count: 1 };

const codeOf = (outcome: Outcome<unknown>): string => (outcome.ok ? 'OK' : outcome.refusal.code);

test('a command runs for who has the right, with what was parsed', async () => {
  expect(await rename.execute(callOf('ADMIN'), input)).toEqual(
    accepted('0190e7a5-0000-7000-8000-00000000000a: a'),
  );
  expect(codeOf(await rename.execute(callOf('ADMIN'), { ...input, names: [] }))).toBe('CONFLICT');
});

test.each([[[]], [['VIEWER']], [['APPROVER', 'OPERATOR', 'SUBMITTER']]] as Caller['roles'][][])(
  'nobody with the roles %j learns more than that it is not allowed',
  async (roles) => {
    expect(codeOf(await rename.execute(callOf(...roles), {}))).toBe('AUTHORIZATION_FAILED');
  },
);

test('a query needs READ', async () => {
  const whoAmI = defineQuery({
    name: 'whoAmI',
    description: 'Your roles.',
    input: z.strictObject({}),
    view: async ({ viewer }) => accepted(viewer.roles),
  });
  expect(codeOf(await whoAmI.execute(callOf(), {}))).toBe('AUTHORIZATION_FAILED');
  expect(await whoAmI.execute(callOf('VIEWER'), {})).toEqual(accepted(['VIEWER']));
});

test.each(['AGENT', 'SERVICE'] as const)(
  'what is between people is told to no %s, whatever its roles',
  async (type) => {
    const among = defineQuery({
      name: 'among',
      description: 'What people arranged.',
      isForPeople: true,
      input: z.strictObject({}),
      view: () => Promise.resolve(accepted('a secret')),
    });
    const { viewer, ...call } = callOf('VIEWER', 'OPERATOR');
    expect(codeOf(await among.execute({ ...call, viewer: { ...viewer, type } }, {}))).toBe(
      'AUTHORIZATION_FAILED',
    );
    expect(await among.execute({ ...call, viewer: { ...viewer, type: 'HUMAN' } }, {})).toEqual(
      accepted('a secret'),
    );
  },
);

test('every fault is told, with its path', async () => {
  const outcome = await rename.execute(callOf('ADMIN'), { names: ['a', '', 7], count: 1.5, colour: 'red' });
  const faults = outcome.ok ? [] : faultsOf(outcome.refusal.details);
  expect(faults.map(({ path }) => path).sort()).toEqual(['colour', 'count', 'id', 'names[1]', 'names[2]']);
});

test('an id of another shape names nothing', async () => {
  expect(await rename.execute(callOf('ADMIN'), { ...input, id: "' OR true --" })).toEqual(
    accepted('00000000-0000-0000-0000-000000000000: a'),
  );
});
