import { hash } from 'node:crypto';
import {
  execute,
  getNamedType,
  getOperationAST,
  isLeafType,
  isObjectType,
  Kind,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import { standingOf, type Caller } from '../../domain/principal.ts';
import type { Turns } from '../../infra/turns.ts';
import { answerOf } from './answers.ts';
import type { RequestContext } from './context.ts';

export type SubscriptionArgs = ExecutionArgs & { readonly contextValue: RequestContext };

/** What a subscription is told of an event, as JSON. Null where nobody else is told the same: it makes its own. */
export type TextOf = (event: unknown) => Promise<string | null> | string | null;

/** Of a type: what its leaf fields say, they say to everybody who may read it. */
export interface SameForAll {
  readonly isSameForAll?: boolean;
}

interface Shared {
  text: Promise<string | null> | string | null;
  readonly madeAt: number;
}

/** Some fields tell what is now: whoever comes later makes it anew. */
const sharedMs = 250;
/** Characters of all texts that are kept for those who come a moment later. */
const mostKept = 8 * 1024 * 1024;
/** A longer one is not shared: it is made for its reader alone, once the one before it has been sent. */
const longestText = 32 * 1024;

/** Subscriptions that ask the same are told the same of an event: it is made once, and written once. */
export const createSharedTexts = (makers: Turns) => {
  const texts = new WeakMap<object, Map<string, Shared>>();
  const keep = createKept();
  const keyOf = createKeys();
  return (args: SubscriptionArgs): TextOf => {
    const key = keyOf(args);
    const { viewer } = args.contextValue;
    const write = (result: ExecutionResult): string | null => {
      const text = textOf(result, viewer);
      answerOf(viewer)?.release();
      return text;
    };
    // Written within the same turn: until its room is given back, nobody else is refused for the lack of it.
    const make = (event: object): Promise<string | null> =>
      makers.run(viewer.id, () => {
        const result = execute({ ...args, rootValue: event });
        return result instanceof Promise ? result.then(write) : write(result);
      });
    let makesItsOwn = false;
    return (event) => {
      if (makesItsOwn || typeof event !== 'object' || event === null) return null;
      const ofEvent = texts.get(event) ?? new Map<string, Shared>();
      texts.set(event, ofEvent);
      const known = ofEvent.get(key);
      if (known && performance.now() - known.madeAt < sharedMs) return known.text;
      const making = make(event);
      const shared: Shared = { text: making, madeAt: performance.now() };
      ofEvent.set(key, shared);
      making.then(
        (text) => {
          // Whoever comes when it is there need not wait a turn for it.
          shared.text = text;
          if (text !== null) keep(ofEvent, key, text.length);
          // What could not be shared once is not made twice again.
          makesItsOwn = text === null;
        },
        () => undefined,
      );
      return making;
    };
  };
};

/** Forgets the oldest where they are too much: a slow reader may hold on to events for long. */
const createKept = () => {
  const kept: { readonly ofEvent: Map<string, Shared>; readonly key: string; readonly length: number }[] = [];
  let total = 0;
  return (ofEvent: Map<string, Shared>, key: string, length: number): void => {
    kept.push({ ofEvent, key, length });
    total += length;
    for (let oldest = kept[0]; oldest && total > mostKept; oldest = kept[0]) {
      kept.shift();
      oldest.ofEvent.delete(oldest.key);
      total -= oldest.length;
    }
  };
};

/** Faults and what was given up are told to one caller, with the number of its own request. */
const textOf = (result: ExecutionResult, viewer: Caller): string | null => {
  if (result.errors || answerOf(viewer)?.refusal()) return null;
  const text = JSON.stringify(result);
  return text.length > longestText ? null : text;
};

/** The same for subscriptions that are told the same. */
const createKeys = (): ((args: SubscriptionArgs) => string) => {
  const numbers = new WeakMap<DocumentNode, number>();
  let last = 0;
  const numberOf = (document: DocumentNode): number => {
    const known = numbers.get(document) ?? (last += 1);
    numbers.set(document, known);
    return known;
  };
  return (args) => {
    const { document, operationName, variableValues, contextValue } = args;
    const asked = JSON.stringify([numberOf(document), operationName ?? null, variableValues ?? null]);
    return `${whoseOf(args, contextValue.viewer)} ${hash('sha256', asked)}`;
  };
};

const whoseOf = (args: SubscriptionArgs, viewer: Caller): string =>
  isSameForAll(args)
    ? `${viewer.tenantId} ${viewer.type} ${standingOf(viewer)}`
    : `${viewer.id} ${viewer.credential.id} ${standingOf(viewer)}`;

/** Whether nothing of what is asked for depends on who asks. */
const isSameForAll = ({ schema, document, operationName }: SubscriptionArgs): boolean => {
  const [root] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  if (root?.kind !== Kind.FIELD || !root.selectionSet) return false;
  const field = schema.getSubscriptionType()?.getFields()[root.name.value];
  const type = field && getNamedType(field.type);
  if (!isObjectType(type) || (type.extensions as SameForAll).isSameForAll !== true) return false;
  return hasLeavesAlone(type, root.selectionSet, document);
};

const hasLeavesAlone = (
  type: GraphQLObjectType,
  selected: SelectionSetNode,
  document: DocumentNode,
): boolean =>
  selected.selections.every((selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return hasLeavesAlone(type, selection.selectionSet, document);
    if (selection.kind === Kind.FIELD) {
      const field = type.getFields()[selection.name.value];
      return field === undefined
        ? selection.name.value === '__typename'
        : isLeafType(getNamedType(field.type));
    }
    const fragment = document.definitions.find(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    );
    return (
      fragment?.kind === Kind.FRAGMENT_DEFINITION && hasLeavesAlone(type, fragment.selectionSet, document)
    );
  });
