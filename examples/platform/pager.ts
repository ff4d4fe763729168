import type { ActionExecutor, PlatformKit } from '@countersign/server/platform';

/*
 * A platform of one's own, to copy and to change: a pager, at which agents open incidents. It imports nothing but
 * types; what it needs at run time is in the kit. docs/contributing/write-a-platform.md leads through it.
 */

interface OpenIncident {
  readonly service: string;
  readonly title: string;
  readonly text: string;
}

type Opened = { readonly id: string };

/** How the pager is asked. */
type Asking = Pick<Parameters<ActionExecutor<OpenIncident, Opened>['apply']>[1], 'http' | 'signal'>;

const createApi = ({ z, askJson }: PlatformKit, base: string, token: () => string) => {
  const incident = z.object({ id: z.string(), title: z.string(), state: z.string() });
  const found = z.object({ incidents: z.array(incident) });
  const asked = (method: string, path: string, { signal }: Asking, json?: object) => ({
    method,
    url: `${base}${path}`,
    headers: { authorization: `Bearer ${token()}` },
    signal,
    ...(json ? { json } : {}),
  });
  return {
    /** The incident that was opened with this key, if one was. */
    find: async (key: string, asking: Asking) => {
      const path = `/incidents?key=${encodeURIComponent(key)}`;
      return (await askJson(asking.http, asked('GET', path, asking), found)).incidents[0];
    },
    read: (id: string, asking: Asking) =>
      askJson(asking.http, asked('GET', `/incidents/${encodeURIComponent(id)}`, asking), incident),
    open: (given: OpenIncident & { key: string }, asking: Asking) =>
      askJson(asking.http, asked('POST', '/incidents', asking, given), incident),
    resolve: (id: string, asking: Asking) => {
      const path = `/incidents/${encodeURIComponent(id)}`;
      return askJson(asking.http, asked('PATCH', path, asking, { state: 'resolved' }), incident);
    },
  };
};

const inputOf = ({ z }: PlatformKit) =>
  z
    .strictObject({
      service: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,62}$/)
        .describe('Which service is in trouble'),
      title: z.string().min(1).max(200).describe('What whoever is on call reads first'),
      text: z.string().max(4_000).default('').describe('All that is known'),
    })
    .meta({ examples: [{ service: 'shop', title: 'Checkout is slow', text: 'p99 is 4 s since 10:12' }] });

const createOpenIncident = (
  kit: PlatformKit,
  base: string,
  services: readonly string[],
  api: ReturnType<typeof createApi>,
): ActionExecutor<OpenIncident, Opened> => ({
  traits: {
    name: 'pager.incident.open',
    version: 1,
    platform: 'pager',
    category: 'WRITE',
    // The pager tells by our key what it did: we look before we ask it again.
    idempotency: 'LOOKUP',
    reversible: true,
    budget: { timeMs: 15_000, network: 'INTERNET' },
  },
  description: 'Opens an incident for a service, which calls whoever is on call.',
  input: inputOf(kit),
  showsWholeEffect: true,
  endpointOf: () => base,
  reads: [
    { method: 'GET', path: '/incidents' },
    { method: 'GET', path: '/incidents/{id}' },
  ],

  plan: async ({ service, title, text }) => {
    if (!services.includes(service)) return kit.refused(unknownService(kit, service, services));
    return kit.accepted({
      summary: `Call whoever is on call for ${kit.quoted(service)}: ${kit.quoted(title)}`,
      targets: [{ kind: 'service', name: service }],
      precondition: null,
      diffs: [{ type: 'MESSAGE', to: service, text: `${title}\n${text}`, previousText: null }],
      findings: [{ severity: 'MEDIUM', message: 'It wakes a person.' }],
    });
  },
  apply: async (input, context) => {
    const key = context.idempotencyKey;
    const { id } = (await api.find(key, context)) ?? (await api.open({ ...input, key }, context));
    return { id };
  },
  verify: async ({ title }, { id }, context) => {
    if ((await api.read(id, context)).title === title) return;
    const message = 'The pager does not hold the incident as it was opened.';
    throw new kit.ExecutorError('DEPENDENCY_FAILED', message, { effect: 'UNKNOWN', retriable: false });
  },
  compensate: async (_input, { id }, context) => {
    await api.resolve(id, context);
    return { id };
  },
  reconcile: async (_input, context) => {
    const made = await api.find(context.idempotencyKey, context);
    return made ? { kind: 'FOUND', output: { id: made.id } } : { kind: 'ABSENT' };
  },
});

const unknownService = ({ refusalAt, quoted }: PlatformKit, service: string, services: readonly string[]) =>
  refusalAt('service', 'RESOURCE_NOT_FOUND', `Configuration names no service ${quoted(service)}.`, {
    setting: 'platformModules.pager.settings.services',
    suggestions: services.slice(0, 10),
  });

export default (kit: PlatformKit) =>
  kit.definePlatform({
    name: 'pager',
    config: {
      url: kit.z.url({ protocol: /^https?$/ }),
      tokenSecret: kit.z.string().default('pager'),
      services: kit.z.array(kit.z.string()).min(1),
    },
    reachOf: ({ services }) => services.map((name) => ({ kind: 'service', name, isPrefix: false })),
    actions: ({ url, tokenSecret, services }, { secrets }) => {
      const base = url.replace(/\/$/, '');
      const api = createApi(kit, base, () => secrets.reveal(tokenSecret));
      return [createOpenIncident(kit, base, services, api)];
    },
  });
