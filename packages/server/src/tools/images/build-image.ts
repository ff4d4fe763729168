import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, catalogueWords } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { imageQuestion, readImages } from './known-images.ts';

/** What a build of an image would change. It builds nothing. */
export const buildImage = defineTool({
  name: 'build_image',
  title: 'Prepare an image build',
  description:
    'Says what the next build of an image would hold, given the versions that are wanted, and what a build needs. It builds nothing: a build is an action of a plan, by a builder that an operator configured.',
  reads: ['IMAGE'],
  input: z.strictObject({
    ...imageQuestion,
    components: z
      .record(z.string().min(1).max(200), z.string().min(1).max(100))
      .describe('Versions that it shall hold: { "openssl": "3.2.2" }.'),
  }),
  output: z.object({
    base: z.string().describe('Name and version that the build starts from.'),
    changes: z.array(z.object({ component: z.string(), from: z.string().nullable(), to: z.string() })),
    isBuilt: z.literal(false),
    needs: z.array(z.string()),
  }),
  async call({ name, version, components }, context) {
    const { images, found } = await readImages(context);
    const base = images.find(
      (image) =>
        image.name === name &&
        (version === undefined ? image.status === 'GOLDEN' : image.version === version),
    );
    if (!base) return refused(refusalAt('name', 'RESOURCE_NOT_FOUND', 'names no image to start from.'));
    const changes = Object.entries(components).flatMap(([component, to]) => {
      const from = Object.hasOwn(base.components, component) ? (base.components[component] ?? null) : null;
      return from === to ? [] : [{ component, from, to }];
    });
    return accepted({
      output: {
        base: `${base.name}:${base.version}`,
        changes,
        isBuilt: false as const,
        needs: [
          'an action type that builds images on a builder of yours',
          'its checks as an entry of the golden images list, to be validated and promoted',
        ],
      },
      source: catalogueSource('IMAGE', found),
      citation: {
        text: `${changes.length} versions would change in ${base.name}:${base.version}, ${catalogueWords('IMAGE', found)}`,
        rows: catalogueAddress('IMAGE', found, base.name),
      },
    });
  },
});
