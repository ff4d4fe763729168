import { isIntrospectionType, isObjectType, type GraphQLSchema } from 'graphql';

interface PothosExtensions {
  readonly pothosOptions?: { readonly authScopes?: unknown };
}

const hasRule = ({ extensions }: { readonly extensions: PothosExtensions }): boolean =>
  extensions.pothosOptions?.authScopes !== undefined;

/**
 * Throws where something could be read or done without a rule about who may: every field of the roots has
 * one of its own, every other type one for all its fields.
 */
export const assertRulesForAll = (schema: GraphQLSchema): void => {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  const open = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || isIntrospectionType(type)) return [];
    if (!roots.has(type)) return hasRule(type) ? [] : [type.name];
    return Object.values(type.getFields())
      .filter((field) => !hasRule(field))
      .map((field) => `${type.name}.${field.name}`);
  });
  if (open.length > 0) throw new Error(`No rule says who may use ${open.join(', ')}.`);
};
