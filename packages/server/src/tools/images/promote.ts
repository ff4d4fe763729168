import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import {
  catalogueSource,
  countedAll,
  inventoryAddress,
  inventorySource,
  inventoryWords,
  joinedSource,
} from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { readVulnerabilities } from '../shared/findings.ts';
import { faultsOfImage } from './image-readiness.ts';
import { imageQuestion, pickImage, readImages } from './known-images.ts';

/** Whether an image may become golden. It promotes nothing. */
export const promote = defineTool({
  name: 'promote',
  title: 'Prepare a promotion',
  description:
    'Says whether an image may become golden: it is valid, and something in staging runs it (an asset whose version of the image is this one). It promotes nothing: the list of golden images changes when an operator imports it, or by an action of a plan.',
  reads: ['IMAGE', 'VULNERABILITY', 'INVENTORY'],
  input: z.strictObject(imageQuestion),
  output: z.object({
    image: z.string(),
    replaces: z.string().nullable(),
    isReady: z.boolean(),
    isPromoted: z.literal(false),
    missing: z.array(z.string()),
  }),
  async call(asked, context) {
    const [{ images, found }, feed] = await Promise.all([
      readImages(context),
      readVulnerabilities(context.catalogues),
    ]);
    const image = pickImage(images, asked);
    if (!image) return refused(refusalAt('name', 'RESOURCE_NOT_FOUND', 'names no image.'));
    const filter = { environment: 'STAGING', component: image.name, version: image.version } as const;
    const staged = await context.inventory.find(filter, 1);
    const missing = [
      ...faultsOfImage(image, feed),
      ...(staged.total === 0 ? ['nothing in staging runs it'] : []),
      ...(image.status === 'GOLDEN' ? ['it is golden already'] : []),
    ];
    const golden = images.find((one) => one.status === 'GOLDEN' && one.role === image.role && one !== image);
    const name = `${image.name}:${image.version}`;
    return accepted({
      output: {
        image: name,
        replaces: golden ? `${golden.name}:${golden.version}` : null,
        isReady: missing.length === 0,
        isPromoted: false as const,
        missing,
      },
      source: joinedSource(
        catalogueSource('IMAGE', found),
        catalogueSource('VULNERABILITY', feed.found),
        inventorySource(staged),
      ),
      citation: {
        text: `${name} ${missing.length === 0 ? 'may become golden' : `lacks ${missing.length} things`}; ${countedAll(staged, 'asset')} in staging run it, ${inventoryWords(staged)}`,
        rows: inventoryAddress(filter, staged.at),
      },
    });
  },
});
