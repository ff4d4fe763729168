import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, catalogueWords, joinedSource } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { readVulnerabilities } from '../shared/findings.ts';
import { faultsOfImage } from './image-readiness.ts';
import { imageQuestion, pickImage, readImages } from './known-images.ts';

/** Whether an image may be used, by what is on record of it. */
export const validate = defineTool({
  name: 'validate',
  title: 'Validate an image',
  description:
    'Looks at what is on record of an image: digest, checks, and known vulnerabilities (CVSS 7 and more) of what it holds. It starts no image and runs no check.',
  reads: ['IMAGE', 'VULNERABILITY'],
  input: z.strictObject(imageQuestion),
  output: z.object({ image: z.string(), isValid: z.boolean(), faults: z.array(z.string()) }),
  async call(asked, context) {
    const [{ images, found }, feed] = await Promise.all([
      readImages(context),
      readVulnerabilities(context.catalogues),
    ]);
    const image = pickImage(images, asked);
    if (!image) return refused(refusalAt('name', 'RESOURCE_NOT_FOUND', 'names no image.'));
    const faults = faultsOfImage(image, feed);
    const name = `${image.name}:${image.version}`;
    return accepted({
      output: { image: name, isValid: faults.length === 0, faults: [...faults] },
      source: joinedSource(catalogueSource('IMAGE', found), catalogueSource('VULNERABILITY', feed.found)),
      citation: {
        text: `${name} ${faults.length === 0 ? 'is valid' : `has ${faults.length} faults`}, ${catalogueWords('IMAGE', found)}`,
        rows: catalogueAddress('IMAGE', found, image.name),
      },
    });
  },
});
