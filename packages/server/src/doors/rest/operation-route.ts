import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { Operation } from '../../modules/operation.ts';
import type { RestCall, RestParameter, RestRoute } from './rest-route.ts';

/** How a family answers with a value of some kind. */
export interface Answer<Value> {
  readonly status: number;
  readonly description: string;
  readonly schema: z.ZodType;
  readonly tell: (value: Value, call: RestCall) => unknown;
}

export interface Address {
  readonly method: RestRoute['method'];
  readonly path: string;
  /** Fields of the input by the names that they have in the path: `{ id: 'taskId' }`. */
  readonly names?: Readonly<Record<string, string>>;
  /** The operation's name where left out; given where it has several addresses. */
  readonly id?: string;
}

const pathNames = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/**
 * One line of a table: an operation at an address. What the path does not name comes in the query of a GET and in
 * the body of a POST, as the operation takes it.
 */
export const operationRoute = <Value>(
  operation: Operation<Value, z.ZodObject>,
  { method, path, names = {}, id = operation.name }: Address,
  { status, description, schema, tell }: Answer<Value>,
): RestRoute => {
  const shape: Readonly<Record<string, z.ZodType>> = operation.input.shape;
  const fieldOf = (field: string): z.ZodType => {
    const found = shape[field];
    if (!found) throw new TypeError(`${operation.name} has no ${field}.`);
    return found;
  };
  const inPath = pathNames(path).map((name): RestParameter & { field: string } => {
    const field = names[name] ?? name;
    return { in: 'path', name, field, schema: fieldOf(field) };
  });
  const rest = Object.keys(shape).filter((key) => !inPath.some(({ field }) => field === key));
  const inQuery =
    method === 'GET' ? rest.map((name): RestParameter => ({ in: 'query', name, schema: fieldOf(name) })) : [];
  const inBody = Object.fromEntries(rest.map((name) => [name, fieldOf(name)]));
  return {
    method,
    path,
    id,
    description: operation.description,
    parameters: [...inPath, ...inQuery],
    ...(method === 'POST' &&
      rest.length > 0 && { body: z.strictObject(inBody).meta({ id: `${capital(id)}Body` }) }),
    answers: { [status]: { description, schema } },
    faultsOf: operation.faultsOf,
    async answer(call, input) {
      const outcome = await operation.execute(call, input);
      return outcome.ok ? accepted({ status, body: await tell(outcome.value, call) }) : outcome;
    },
  };
};

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
