import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { eventPayloads, eventTypes } from '@countersign/shared/event-payloads';

const page = join(import.meta.dirname, '../../../docs/reference/events.md');

const printed = (): string => {
  const sections = eventTypes.map((type) => {
    const { description, shape } = eventPayloads[type];
    const rows = Object.entries<z.ZodType>(shape).map(([field, schema]) => {
      const isOptional = schema instanceof z.ZodExactOptional;
      const { description } = isOptional ? (schema.unwrap() as z.ZodType) : schema;
      return `| \`${field}${isOptional ? '?' : ''}\` | ${description} |`;
    });
    return [`## ${type}`, '', description, '', '| `data` | |', '| --- | --- |', ...rows, ''].join('\n');
  });
  return [
    '# Events',
    '',
    'Every `type` of `Event` and `AuditEntry` and what its `data` holds; a field with `?` may be absent. Moments are ISO 8601 text. A reader passes over types and fields that it does not know. The words of a `summary` are for people and change.',
    '',
    'Printed from `packages/shared/src/events`: `npx vitest run --project unit event-payloads -u`.',
    '',
    ...sections,
  ].join('\n');
};

test('the page about events says what the catalogue says', async () => {
  await expect(printed()).toMatchFileSnapshot(page);
});
