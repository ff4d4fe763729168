import { z } from 'zod';
import { accepted, refused } from '../../domain/errors.ts';
import { assetQuestion, filterOf } from '../shared/asset-questions.ts';
import { counted, inventoryAddress, inventorySource, inventoryWords } from '../shared/cite.ts';
import { readAllAssets } from '../shared/question-limits.ts';
import { defineTool } from '../contract/tool.ts';
import { phasesInWords, rolloutOutput, rolloutQuestion, wavesOf } from '../shared/waves.ts';

const { component: _component, ...question } = assetQuestion;

/** Canary and waves over the assets that do not have the wanted version. */
export const generatePatchPlan = defineTool({
  name: 'generate_patch_plan',
  title: 'Generate a patch plan',
  description:
    'Puts the assets that do not have the wanted version of a component into a canary and waves. It is a proposal: nothing is changed before a plan of it was decided on.',
  reads: ['INVENTORY'],
  input: z.strictObject({
    ...question,
    component: z.string().min(1).max(200).describe('openssl'),
    to: z.string().min(1).max(200).describe('The version that all shall have.'),
    ...rolloutQuestion,
  }),
  output: z.object({
    component: z.string(),
    to: z.string(),
    affected: z.int(),
    ...rolloutOutput,
    markdown: z.string().describe('For people.'),
  }),
  async call({ component, to, canary, batchPercent, soakMs, ...asked }, { inventory }) {
    const filter = { ...filterOf(asked), component };
    const found = await readAllAssets(inventory, filter);
    if ('refusal' in found) return refused(found.refusal);
    const behind = found.assets.filter(({ versions }) => versions[component] !== to);
    const rollout = { canary, batchPercent, soakMs };
    const waves = wavesOf(behind, rollout);
    if ('refusal' in waves) return refused(waves.refusal);
    const { environment, phases } = waves;
    const markdown = [
      `## ${component} to ${to}`,
      `${counted(behind.length, asked.kind ?? 'asset')} of ${found.total}, ${inventoryWords(found)}.`,
      phasesInWords(phases),
    ].join('\n\n');
    return accepted({
      output: { component, to, affected: behind.length, environment, rollout, phases, markdown },
      source: inventorySource(found),
      citation: {
        text: `${behind.length} of ${counted(found.total, asked.kind ?? 'asset')} do not have ${component} ${to}, ${inventoryWords(found)}`,
        rows: inventoryAddress(filter, found.at),
      },
    });
  },
});
