import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, catalogueWords } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { imageOutput, readImages, tellImage } from './known-images.ts';

/** What a role should run. */
export const getGoldenImage = defineTool({
  name: 'get_golden_image',
  title: 'Get the golden image',
  description: 'The newest golden image of a role, or of a name, with the versions that it holds.',
  reads: ['IMAGE'],
  input: z.strictObject({ of: z.string().min(1).max(300).describe('A role or a name: web.') }),
  output: imageOutput,
  async call({ of }, context) {
    const { images, found } = await readImages(context);
    const image = images.find(
      ({ status, role, name }) => status === 'GOLDEN' && (role === of || name === of),
    );
    if (!image)
      return refused(refusalAt('of', 'RESOURCE_NOT_FOUND', 'names no golden image, and no role of one.'));
    return accepted({
      output: tellImage(image),
      source: catalogueSource('IMAGE', found),
      citation: {
        text: `${image.name} ${image.version} is golden, ${catalogueWords('IMAGE', found)}`,
        rows: catalogueAddress('IMAGE', found, image.name),
      },
    });
  },
});
