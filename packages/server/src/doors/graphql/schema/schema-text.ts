import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';

/** The schema as a document, in an order that stays. */
export const schemaText = (schema: GraphQLSchema): string =>
  `${printSchema(lexicographicSortSchema(schema))}\n`;
