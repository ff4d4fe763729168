import type { FieldNullability, ShapeFromTypeParam, TypeParam } from '@pothos/core';
import type { z } from 'zod';
import { refused, type Outcome } from '../../../domain/errors.ts';
import type { Page } from '../../../modules/inputs.ts';
import type { Call, Operation } from '../../../modules/operation.ts';
import type { RequestContext } from '../context.ts';
import { refusalError } from '../errors.ts';
import type { Builder, Types } from './builder.ts';
import { pageComplexity } from './connection.ts';
import type { InputTypes } from './input-types.ts';

type ObjectRef<Value> = PothosSchemaTypes.ObjectRef<Types, Value>;
type Args = Readonly<Record<string, unknown>>;

/** Makes root fields of commands: names, descriptions, arguments and rules are those of the definition. */
export const createCommandFields = (builder: Builder, inputs: InputTypes) => {
  /** Whoever may read what comes of it may ask; a right that is missing beyond that is a refusal. */
  const command = <Value>(operation: Operation<Value>, type: ObjectRef<Outcome<Value>>): void => {
    builder.mutationField(operation.name, (t) =>
      t.field({
        type,
        authScopes: { read: true },
        description: operation.description,
        args: { input: t.arg(inputArg(operation)) },
        resolve: (_root, { input }: Args, context) => operation.execute(callOf(context), input) as never,
      }),
    );
  };

  /** A command that takes many, each with its own result at its own place. */
  const commandOfMany = <Value>(
    operation: Operation<readonly Outcome<Value>[], z.ZodArray>,
    type: ObjectRef<Outcome<Value>>,
  ): void => {
    builder.mutationField(operation.name, (t) =>
      t.field({
        type: [type],
        authScopes: { read: true },
        description: operation.description,
        complexity: { field: 1, multiplier: 1 },
        args: { input: t.arg(inputArg(operation)) },
        resolve: async (_root, { input }: Args, context) => {
          const outcome = await operation.execute(callOf(context), input);
          if (outcome.ok) return outcome.value as never;
          return (input as readonly unknown[]).map(() => refused(outcome.refusal)) as never;
        },
      }),
    );
  };

  const inputArg = ({ input }: Operation<unknown>) =>
    ({ ...inputs.fieldOf(input), description: 'What it takes.' }) as never;

  return { command, commandOfMany };
};

/** Makes root fields of queries, in the same way. */
export const createQueryFields = (builder: Builder, inputs: InputTypes) => {
  const query = <Type extends TypeParam<Types>, Nullable extends FieldNullability<Type> = false>(
    operation: Operation<ShapeFromTypeParam<Types, Type, Nullable>, z.ZodObject>,
    options: {
      readonly type: Type;
      readonly nullable?: Nullable;
      readonly complexity?: typeof pageComplexity;
    },
  ): void => {
    builder.queryField(operation.name, (t) =>
      t.field({
        ...options,
        authScopes: { [operation.right.toLowerCase()]: true },
        description: operation.description,
        args: inputs.fieldsOf(operation.input.shape, (arg) => t.arg(arg)),
        resolve: async (_root: unknown, args: Args, context: RequestContext) =>
          valueOf(await operation.execute(callOf(context), args)),
      } as never),
    );
  };

  const pages = <Node>(operation: Operation<Page<Node>, z.ZodObject>, type: ObjectRef<Page<Node>>): void => {
    query(operation as never, { type, complexity: pageComplexity });
  };

  /** What a query gives again and again. */
  const stream = <Item>(
    operation: Operation<AsyncIterableIterator<Item>, z.ZodObject>,
    type: ObjectRef<Item>,
  ): void => {
    builder.subscriptionField(operation.name, (t) =>
      t.field({
        type,
        authScopes: { [operation.right.toLowerCase()]: true },
        description: operation.description,
        args: inputs.fieldsOf(operation.input.shape, (arg) => t.arg(arg)),
        subscribe: async (_root: unknown, args: Args, context: RequestContext) =>
          valueOf(await operation.execute(callOf(context), args)),
        resolve: (item: unknown) => item,
      } as never),
    );
  };

  return { argsOf: inputs.fieldsOf, query, pages, stream };
};

export const callOf = ({ viewer, traceparent, signal }: RequestContext): Call => ({
  viewer,
  traceparent,
  ...(signal && { signal }),
});

/** @throws {GraphQLError} where it was refused: a query has no place for a refusal. */
export const valueOf = <Value>(outcome: Outcome<Value>): Value => {
  if (outcome.ok) return outcome.value;
  throw refusalError(outcome.refusal);
};
