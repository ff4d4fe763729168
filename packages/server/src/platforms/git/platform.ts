import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { hasOnly, keepsSecrets, urlSchema } from '../../infra/url-schema.ts';
import { definePlatform } from '../contract/platform.ts';
import type { Secrets } from '../kit/secrets.ts';
import { isRepositoryLocation } from './allowed-repositories.ts';
import { demoName, demoPath, makeDemoRepository } from './demo-repository.ts';
import { createFileComparison } from './file-comparison.ts';
import { createGitActions } from './git-actions.ts';
import type { LfsServer } from './lfs-server.ts';
import { hostKeyPattern } from './ssh-access.ts';

const keyFile = z
  .string()
  .refine((path) => isAbsolute(path) && !/["\n\0]/.test(path), 'must be an absolute path');

const repository = z
  .strictObject({
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
    /** Of an ssh location: the public keys of its host, `ssh-ed25519 AAAA…`. */
    hostKeys: z
      .array(z.string().regex(hostKeyPattern, 'must be a public key: its type and its text in Base64'))
      .min(1)
      .optional(),
    /** Of an ssh location: a file with the private key that is shown there. */
    keyFile: keyFile.optional(),
    /** What keeps the files that Git LFS keeps: `git lfs env` names it. */
    lfs: z
      .strictObject({
        url: urlSchema('http:', 'https:').refine(
          (text) => hasOnly(text, 'path'),
          'must have no query, no fragment and no user',
        ),
        /** Name of the secret that is sent there as `Authorization`. */
        authorizationSecret: z.string().optional(),
      })
      .refine(({ url, authorizationSecret }) => authorizationSecret === undefined || keepsSecrets(url), {
        path: ['url'],
        error: 'must begin with https://, unless it is on this machine: a secret is sent there',
      })
      .optional(),
  })
  .superRefine(({ location, isPrefix, authorizationSecret, hostKeys, keyFile, lfs }, context) => {
    const isSsh = location.startsWith('ssh:');
    const fault = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (isSsh && !hostKeys) fault('hostKeys', 'must name the keys of the host: ssh-keyscan HOST prints them');
    if (authorizationSecret !== undefined && !keepsSecrets(location))
      fault('location', 'must begin with https://, unless it is on this machine: a secret is sent there');
    if (lfs && isPrefix) fault('lfs', 'is of one repository: name it by itself');
    if (!isSsh && hostKeys) fault('hostKeys', 'is for ssh alone');
    if (!isSsh && keyFile !== undefined) fault('keyFile', 'is for ssh alone');
  });

const lfsServer = (
  { url, authorizationSecret }: NonNullable<z.output<typeof repository>['lfs']>,
  secrets: Secrets,
): LfsServer => ({
  url,
  authorization: authorizationSecret === undefined ? null : secrets.reveal(authorizationSecret),
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
      .default([])
      .describe('What may be committed to and tagged.'),
    author: z
      .strictObject({
        name: z.string().min(1).describe('Name of commits.'),
        email: z.string().min(3).describe('Address of commits.'),
        signingKeyFile: keyFile.optional().describe('Key of OpenSSH that signs commits and tags.'),
      })
      .default({ name: 'Countersign', email: 'countersign@localhost' })
      .describe('Author of commits.'),
  },
  complete: (settings, home) =>
    settings.repositories.some(({ name }) => name === demoName)
      ? settings
      : {
          ...settings,
          repositories: [...settings.repositories, { name: demoName, location: demoPath(home) }],
        },
  sandbox: {
    isConfigured: ({ repositories }) => repositories.some(({ name }) => name !== demoName),
    // The demo repository is a real one, and always there.
    settings: () => ({ settings: {}, secrets: {} }),
  },
  secretsOf: ({ repositories }) =>
    repositories.flatMap(({ authorizationSecret, lfs }) => [
      ...(authorizationSecret === undefined ? [] : [authorizationSecret]),
      ...(lfs?.authorizationSecret === undefined ? [] : [lfs.authorizationSecret]),
    ]),
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
          ({ location, name, isPrefix = false, authorizationSecret, hostKeys, keyFile, lfs }) => ({
            location,
            isPrefix,
            ...(name === undefined ? {} : { name }),
            ...(authorizationSecret === undefined
              ? {}
              : { authorization: secrets.reveal(authorizationSecret) }),
            ...(hostKeys === undefined
              ? {}
              : { ssh: { hostKeys, ...(keyFile === undefined ? {} : { keyFile }) } }),
            ...(lfs === undefined ? {} : { lfs: lfsServer(lfs, secrets) }),
          }),
        ),
        cacheDir: join(home, 'git'),
        author,
        gitEnvironment: programEnvironment,
      },
      stack.use(createFileComparison()),
    ),
});
