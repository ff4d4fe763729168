import { join } from 'node:path';
import { z } from 'zod';
import { definePlatform } from '../contract/platform.ts';
import { isRepositoryLocation } from './allowed-repositories.ts';
import { demoName, demoPath, makeDemoRepository } from './demo-repository.ts';
import { createFileComparison } from './file-comparison.ts';
import { createGitActions } from './git-actions.ts';

const repository = z.strictObject({
  name: z
    .string()
    .regex(/^\w[\w.-]{0,63}$/)
    .optional(),
  location: z
    .string()
    .refine(
      isRepositoryLocation,
      'must be an absolute path, or an http(s) or ssh URL without a password in it',
    ),
  isPrefix: z.boolean().optional(),
  /** Name of the secret that is sent as `Authorization`. */
  authorizationSecret: z.string().optional(),
});

export const git = definePlatform({
  name: 'git',
  config: {
    repositories: z
      .array(repository)
      .superRefine((list, context) => {
        for (const [index, { name }] of list.entries()) {
          if (name === undefined || list.findIndex((other) => other.name === name) === index) continue;
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: 'is that of another repository',
          });
        }
      })
      .default([]),
    author: z
      .strictObject({ name: z.string().min(1), email: z.string().min(3) })
      .default({ name: 'Countersign', email: 'countersign@localhost' }),
  },
  complete: (settings, home) =>
    settings.repositories.some(({ name }) => name === demoName)
      ? settings
      : {
          ...settings,
          repositories: [...settings.repositories, { name: demoName, location: demoPath(home) }],
        },
  secretsOf: ({ repositories }) =>
    repositories.flatMap(({ authorizationSecret }) => authorizationSecret ?? []),
  reachOf: ({ repositories }) =>
    repositories.map(({ name, location, isPrefix = false }) => ({
      kind: 'repository',
      name: name ?? location,
      isPrefix,
    })),
  makeSample: async ({ author }, { home, programEnvironment }) => {
    await makeDemoRepository(home, author, programEnvironment);
    return { demoRepository: demoPath(home) };
  },
  actions: ({ repositories, author }, { home, secrets, programEnvironment, stack }) =>
    createGitActions(
      {
        allowedRepositories: repositories.map(
          ({ location, name, isPrefix = false, authorizationSecret }) => ({
            location,
            isPrefix,
            ...(name === undefined ? {} : { name }),
            ...(authorizationSecret === undefined
              ? {}
              : { authorization: secrets.reveal(authorizationSecret) }),
          }),
        ),
        cacheDir: join(home, 'git'),
        author,
        gitEnvironment: programEnvironment,
      },
      stack.use(createFileComparison()),
    ),
});
