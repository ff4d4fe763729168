import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import generatorHelper from '@prisma/generator-helper';
import { privilegesSource } from './privileges-source.ts';
import { tablesSource } from './tables-source.ts';

/** What `prisma generate` starts; `generate.ts` takes the files from the output folder to where they belong. */
generatorHelper.generatorHandler({
  onManifest: () => ({ prettyName: 'tables and privileges' }),
  async onGenerate({ dmmf: { datamodel }, generator: { output } }) {
    const folder = output?.value;
    if (!folder) throw new Error('The generator needs an output folder.');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'tables'), tablesSource(datamodel));
    await writeFile(join(folder, 'table-privileges'), privilegesSource(datamodel));
  },
});
