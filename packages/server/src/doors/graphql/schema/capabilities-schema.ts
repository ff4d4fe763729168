import type { Capabilities, CapabilityQueries, TargetReach } from '../../../modules/access/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';

export const addCapabilitiesSchema = (
  builder: Builder,
  refs: Refs,
  { capabilities }: CapabilityQueries,
): void => {
  refs.query(capabilities, { type: addCapabilitiesType(builder, refs) });
};

const addCapabilitiesType = (builder: Builder, { enums }: Refs) => {
  const target = addTargetTypes(builder);
  return builder.objectRef<Capabilities>('Capabilities').implement({
    description: 'What a caller may use. The lists of what tasks reach are empty for who may not submit.',
    authScopes: { read: true },
    fields: (t) => ({
      actionTypes: t.exposeStringList('actionTypes', {
        description: 'Action types that you may submit: repo.commit@1 …; actionTypes has their params.',
      }),
      platforms: t.exposeStringList('platforms', { description: 'Platforms that these act on.' }),
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
      internalHosts: t.exposeStringList('internalHosts', {
        description: 'Hosts inside, or a host and a port, that may be called besides.',
      }),
      secrets: t.exposeStringList('secrets', {
        description: 'Names of secrets that a request may send; nobody reads their values.',
      }),
      decidesIn: t.expose('decidesIn', {
        type: [enums.environment],
        description: 'Environments in which you may decide with what you call with now.',
      }),
      canExpedite: t.exposeBoolean('canExpedite', {
        description: 'Whether you may submit as CRITICAL.',
      }),
      maxOpenApprovals: t.int({
        description: 'How many of your tasks may wait for people at once.',
        resolve: ({ limits }) => limits.openApprovals,
      }),
      requestsPerMinute: t.int({
        description: 'How many calls you may make in a minute.',
        resolve: ({ limits }) => limits.requestsPerMinute,
      }),
    }),
  });
};

const addTargetTypes = (builder: Builder) => ({
  any: builder.objectRef<TargetReach>('TargetReach').implement({
    description: 'Something of a platform that tasks may change.',
    authScopes: { read: true },
    fields: (t) => ({
      platform: t.exposeString('platform', { description: 'git, kubernetes, …' }),
      kind: t.exposeString('kind', { description: 'repository, cluster, …' }),
      name: t.exposeString('name', { description: 'What to give in params.' }),
      isPrefix: t.exposeBoolean('isPrefix', { description: 'Whether all below it are allowed too.' }),
    }),
  }),
  repository: builder.objectRef<TargetReach>('RepositoryReach').implement({
    description: 'A repository that tasks may change.',
    authScopes: { read: true },
    fields: (t) => ({
      name: t.exposeString('name', {
        description: 'What to give as `repository`: its short name, or its location where it has none.',
      }),
      isPrefix: t.exposeBoolean('isPrefix', { description: 'Whether all below it are allowed too.' }),
    }),
  }),
});
