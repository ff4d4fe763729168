import type { JsonSchema } from './schema-walk.ts';
import { settingsJsonSchema } from './settings-schema.ts';
import { wordsOfSetting } from './setting-words.ts';

const described = (node: JsonSchema, path: readonly string[]): JsonSchema => {
  const description = node.description ?? wordsOfSetting(path);
  return {
    ...(description === undefined || path.length === 0 ? {} : { description }),
    ...node,
    ...(node.anyOf ? { anyOf: node.anyOf.map((choice) => within(choice, path)) } : {}),
    ...propertiesOf(node, path),
  };
};

const within = (node: JsonSchema, path: readonly string[]): JsonSchema => ({
  ...node,
  ...propertiesOf(node, path),
});

const propertiesOf = ({ properties }: JsonSchema, path: readonly string[]): Pick<JsonSchema, 'properties'> =>
  properties
    ? {
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, node]) => [name, described(node, [...path, name])]),
        ),
      }
    : {};

/** With words for each setting. */
export const publishedSchema: JsonSchema = described(settingsJsonSchema, []);

/** JSON Schema of the file, for editors: `docs/operations/countersign.schema.json`. */
export const configurationSchema = (): string =>
  `${JSON.stringify({ title: 'Configuration of Countersign', ...publishedSchema }, null, 2)}\n`;
