import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventCatalogue } from './event-catalogue.ts';
import { eventTypes } from './events.ts';

const page = join(import.meta.dirname, '../../../../docs/reference/events.md');

const printed = (): string => {
  const sections = eventTypes.map((type) => {
    const { meaning, data } = eventCatalogue[type];
    const rows = Object.entries(data).map(([field, words]) => `| \`${field}\` | ${words} |`);
    return [`## ${type}`, '', meaning, '', '| `data` | |', '| --- | --- |', ...rows, ''].join('\n');
  });
  return [
    '# Events',
    '',
    'Every `type` of `Event` and `AuditEntry` and what its `data` holds; a field with `?` may be absent. Moments are ISO 8601 text. A reader passes over types and fields that it does not know. The words of a `summary` are for people and change.',
    '',
    'Printed from `packages/server/src/domain/event-catalogue.ts`: `npx vitest run --project unit event-catalogue -u`.',
    '',
    ...sections,
  ].join('\n');
};

test('the page about events says what the catalogue says', async () => {
  await expect(printed()).toMatchFileSnapshot(page);
});
