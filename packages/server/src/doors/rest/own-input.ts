import type { z } from 'zod';
import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';
import type { RestInput } from './rest-route.ts';

/** What an address with words of its own takes, before it is put into those of an operation. */
export interface OwnInput<Value> {
  read(input: RestInput): Outcome<Value>;
  faultsOf(input: RestInput): readonly Fault[];
}

/** Of path, query and body together, by the names that they have there. */
export const ownInput = <Schema extends z.ZodType>(schema: Schema): OwnInput<z.output<Schema>> => {
  const faultsOf: OwnInput<z.output<Schema>>['faultsOf'] = (input) => {
    const read = readInput(schema, input);
    return read.ok ? [] : read.faults.map(({ keys, message }) => ({ path: pathOf(keys), message }));
  };
  return {
    faultsOf,
    read(input) {
      const read = readInput(schema, input);
      return read.ok ? accepted(read.value as z.output<Schema>) : refused(invalidInput(faultsOf(input)));
    },
  };
};
