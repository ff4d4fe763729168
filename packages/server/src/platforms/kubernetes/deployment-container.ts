import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import { meantPerhaps, nearestNames } from '../../domain/nearest.ts';
import type { Container, Deployment } from './deployment-api.ts';
import { inWords, type NamedDeployment } from './deployment-input.ts';
import { isLabel } from './names.ts';

export const containerInput = z
  .string()
  .refine(isLabel, 'Must be 1 to 63 lower-case letters, digits and "-", not at either end.')
  .optional()
  .describe('Which of its containers; may be left out where it has one');

/** The container that is meant, and where it stands among the others. */
export const containerOf = (
  given: NamedDeployment & { readonly container?: string | undefined },
  { containers }: Pick<Deployment, 'containers'>,
): Outcome<Container & { readonly index: number }> => {
  const { container } = given;
  const index = container === undefined ? 0 : containers.findIndex(({ name }) => name === container);
  const found = containers[index];
  if (found && (container !== undefined || containers.length === 1)) return accepted({ ...found, index });
  const names = containers.map(({ name }) => name);
  const message =
    container === undefined
      ? `${inWords(given)} has several containers: name one of ${names.slice(0, 10).map(quoted).join(', ')}.`
      : `${inWords(given)} has no container ${quoted(container)}${meantPerhaps(container, names) || '.'}`;
  return refused(
    refusalAt('container', 'RESOURCE_NOT_FOUND', message, {
      suggestions: container === undefined ? names.slice(0, 10) : nearestNames(container, names),
    }),
  );
};
