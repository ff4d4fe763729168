import type {
  Capabilities,
  CapabilityQueries,
  IntentFiles,
  TargetReach,
} from '../../../modules/access/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export const addCapabilitiesSchema = (
  builder: Builder,
  refs: Refs,
  { capabilities }: CapabilityQueries,
): void => {
  refs.query(capabilities, { type: addCapabilitiesType(builder, refs) });
};

const addCapabilitiesType = (builder: Builder, { enums }: Refs) => {
  const target = addTargetTypes(builder);
  const intentFiles = defineType<IntentFiles>(
    builder,
    'IntentFilesReach',
    'The directory in which files become tasks: docs/operations/intents.md.',
    {
      types: [['String'], 'What `intent_type` of a file may be: scaling, …'],
      directory: [
        'String',
        'Where files are handed over, on the machine of the server; null for who does not administer.',
        'nullable',
      ],
    },
  );
  return defineType<Capabilities>(
    builder,
    'Capabilities',
    'What a caller may use. The lists of what tasks reach are empty for who may not submit.',
    {
      canExpedite: ['Boolean', 'Whether you may submit as CRITICAL.'],
      actionTypes: [
        ['String'],
        'Action types that you may submit: repo.commit@1 …; actionTypes has their params.',
      ],
      platforms: [['String'], 'Platforms that these act on.'],
      internalHosts: [['String'], 'Hosts inside, or a host and a port, that may be called besides.'],
      intentFiles: [
        intentFiles,
        'How files become tasks of your tenant; null where they do not.',
        'nullable',
      ],
      secrets: [['String'], 'Names of secrets that a request may send; nobody reads their values.'],
    },
    (t) => ({
      targets: t.expose('targets', {
        type: [target.any],
        description: 'What you may name in params, of the platforms that list it.',
      }),
      repositories: t.field({
        type: [target.repository],
        description: 'Repositories that you may name: the targets of this kind.',
        resolve: ({ targets }) => targets.filter(({ kind }) => kind === 'repository'),
      }),
      publicPorts: t.exposeIntList('publicPorts', {
        description: 'Ports of public hosts that may be called.',
      }),
      decidesIn: t.expose('decidesIn', {
        type: [enums.environment],
        description: 'Environments in which you may decide with what you call with now.',
      }),
      maxOpenApprovals: t.int({
        description: 'How many of your tasks may wait for people at once.',
        resolve: ({ limits }) => limits.openApprovals,
      }),
      requestsPerMinute: t.int({
        description: 'How many calls you may make in a minute.',
        resolve: ({ limits }) => limits.requestsPerMinute,
      }),
      maxWaitingSteps: t.int({
        description:
          'How many of your steps may wait in one lane, those of tasks that are still being planned included.',
        resolve: ({ limits }) => limits.waitingSteps,
      }),
      highPerMinute: t.int({
        description: 'How many tasks of priority HIGH you may submit to one process in a minute.',
        resolve: ({ limits }) => limits.highPerMinute,
      }),
    }),
  );
};

const addTargetTypes = (builder: Builder) => ({
  any: defineType<TargetReach>(builder, 'TargetReach', 'Something of a platform that tasks may change.', {
    platform: ['String', 'git, kubernetes, …'],
    kind: ['String', 'repository, cluster, …'],
    name: ['String', 'What to give in params.'],
    isPrefix: ['Boolean', 'Whether all below it are allowed too.'],
  }),
  repository: defineType<TargetReach>(builder, 'RepositoryReach', 'A repository that tasks may change.', {
    name: ['String', 'What to give as `repository`: its short name, or its location where it has none.'],
    isPrefix: ['Boolean', 'Whether all below it are allowed too.'],
  }),
});
