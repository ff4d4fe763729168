import { z } from 'zod';
import { accepted, refused } from '../../domain/errors.ts';
import { assetQuestion, filterOf } from '../shared/asset-questions.ts';
import { counted, inventoryAddress, inventorySource, inventoryWords } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { phasesInWords, rolloutOutput, rolloutQuestion, wavesOf } from '../shared/waves.ts';

/** Canary and waves over any assets. */
export const generateRollout = defineTool({
  name: 'generate_rollout',
  title: 'Generate a rollout',
  description:
    'Puts assets into a canary and waves, by name. In production no phase may hold more than 20 % of them. It is a proposal.',
  reads: ['INVENTORY'],
  input: z.strictObject({ ...assetQuestion, ...rolloutQuestion }),
  output: z.object({ affected: z.int(), ...rolloutOutput, markdown: z.string() }),
  async call({ canary, batchPercent, soakMs, ...question }, { inventory }) {
    const filter = filterOf(question);
    const found = await inventory.find(filter, 501);
    const rollout = { canary, batchPercent, soakMs };
    const waves = wavesOf(found.assets, rollout);
    if ('refusal' in waves) return refused(waves.refusal);
    const { environment, phases } = waves;
    return accepted({
      output: {
        affected: found.assets.length,
        environment,
        rollout,
        phases,
        markdown: `## Rollout\n\n${phasesInWords(phases)}`,
      },
      source: inventorySource(found),
      citation: {
        text: `${counted(found.total, question.kind ?? 'asset')} in ${counted(phases.length, 'phase')}, ${inventoryWords(found)}`,
        rows: inventoryAddress(filter, found.at),
      },
    });
  },
});
