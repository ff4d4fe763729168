import fc from 'fast-check';
import type { Victim } from './change.ts';

/** What somebody writes into a column. */
export interface Value {
  readonly is: string;
  readonly of: (victim: Victim) => unknown;
}
export type Values = fc.Arbitrary<Value>;

const plain = (value: unknown): Value => ({ is: JSON.stringify(value), of: () => value });

export const oneOf = (...values: readonly unknown[]): Values => fc.constantFrom(...values).map(plain);

export const named = (values: Readonly<Record<string, Value['of']>>): Values =>
  fc.constantFrom(...Object.entries(values)).map(([is, of]) => ({ is, of }));

export const either = (...values: readonly Values[]): Values => fc.oneof(...values);

/** Never the same twice: ids are unique. */
export const anyId: Values = fc.constant({ is: 'a new id', of: () => crypto.randomUUID() });
export const anyText: Values = fc.string({ minLength: 1, maxLength: 20 }).map(plain);
export const anyJson: Values = fc
  .jsonValue({ maxDepth: 1 })
  .map((value) => ({ is: JSON.stringify(value), of: () => JSON.stringify(value) }));
/** What is there, whatever it is. */
export const someJson: Values = anyJson.filter(({ is }) => is !== 'null');
export const wholeNumber = (min: number, max: number): Values => fc.integer({ min, max }).map(plain);

/** The first revision is the one that was approved; a task of revision 0 has no plan, and no constraint lets one have it. */
export const anotherRevision: Values = wholeNumber(2, 1_000);

const hourMs = 3_600_000;
const decadeMs = 10 * 365 * 24 * hourMs;

export const ago = (leastMs = 1): Values =>
  fc.integer({ min: leastMs, max: decadeMs }).map((ms) => ({
    is: `${ms} ms ago`,
    of: () => new Date(Date.now() - ms),
  }));

/** Later than any test goes on. */
export const toCome: Values = fc.integer({ min: hourMs, max: decadeMs }).map((ms) => ({
  is: `in ${ms} ms`,
  of: () => new Date(Date.now() + ms),
}));

export const anyTime: Values = either(ago(), toCome);
export const noValue: Values = oneOf(null);

const hexadecimal = fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16));

export const anotherHash: Values = either(
  named({
    "its neighbour's": ({ neighbour }) => neighbour.hash,
    'itself in capitals': ({ hash }) => hash.toUpperCase(),
    'itself without its first digit': ({ hash }) => hash.slice(1),
    'itself and a blank': ({ hash }) => `${hash} `,
  }),
  fc.string({ unit: hexadecimal, minLength: 64, maxLength: 64 }).map(plain),
);

export const anotherTenant: Values = either(
  named({ 'another tenant': ({ otherTenantId }) => otherTenantId }),
  anyId,
);
