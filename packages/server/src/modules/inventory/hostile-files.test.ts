import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogueFormats, formats } from './formats/known.ts';
import { readAssets } from './read-assets.ts';

const readers = [
  ['CSV', (content: string) => readAssets('CSV', content)],
  ['JSON', (content: string) => readAssets('JSON', content)],
  ...catalogueFormats.map((name) => [name, formats[name].read] as const),
] as const;

const header = 'external_id,kind,name,version.a,tag.b,dependencies\n';
const long = 1_000_000;

/** What somebody sends who means no good. */
const hostile: Readonly<Record<string, string>> = {
  nothing: '',
  quotes: '"'.repeat(long),
  'one open quote': `${header}"${'a,\n'.repeat(long / 4)}`,
  commas: ','.repeat(long),
  'many columns': `${header}${'a,'.repeat(long / 2)}\n`,
  'many lines': `${header}${'\n'.repeat(long)}`,
  brackets: '['.repeat(long),
  braces: '{"a":'.repeat(long / 5),
  nesting: `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  groups: `{"catalog":${'{"groups":['.repeat(20_000)}${']}'.repeat(20_000)}}`,
  prototypes: `${header}__proto__,x,constructor,1,toString,__proto__\n`,
  'a prototype of JSON':
    '[{"externalId":"a","kind":"k","name":"n","versions":{"__proto__":"1","constructor":"2"}}]',
  nul: `${header}a\0,b,c,,,\n`,
  'half a pair': `[{"externalId":"\\ud800","kind":"k","name":"n"}]`,
  'huge numbers': '{"vulnerabilities":[{"cve":{"id":"x","published":"1e999","descriptions":[]}}]}',
};

describe('a file that means no good', () => {
  it.each(Object.keys(hostile).flatMap((name) => readers.map(([format]) => [name, format] as const)))(
    '%s is taken or refused as %s',
    async (name, format) => {
      const read = readers.find(([one]) => one === format)?.[1];
      const result = await read?.(hostile[name] ?? '');
      if (result?.ok === false) expect(result.faults.length).toBeGreaterThan(0);
      else expect(result?.rows.length).toBeGreaterThanOrEqual(0);
    },
  );

  it.each(readers)('any text is taken or refused as %s', async (_format, read) => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => header + text),
        ),
        async (text) => {
          const result = await read(text);
          expect(result.ok || result.faults.length > 0).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each(['-1e15', '8e15', '1e300', '"-271821-04-20T00:00:00Z"', '"+275760-09-13T00:00:00Z"'])(
    'the moment %s, which no database has, is refused with its line',
    async (time) => {
      const read = await formats.LOG_JSON_LINES.read(`{"time":${time},"message":"m"}`);
      expect(read.ok ? read.rows : read.faults).toMatchObject([{ path: expect.stringMatching(/^line 1/) }]);
    },
  );

  it('leaves the others their turns while it is read', async () => {
    let turns = 0;
    let isRead = false;
    const count = (): void => {
      turns += 1;
      if (!isRead) setImmediate(count);
    };
    setImmediate(count);
    const rows = Array.from({ length: 20_000 }, (_, at) => `srv-${at},server,name-${at},1,2,a;b`);
    const read = await readAssets('CSV', header + rows.join('\n'));
    isRead = true;
    expect(read.ok && read.rows.length).toBe(20_000);
    expect(turns).toBeGreaterThan(20);
  });
});
