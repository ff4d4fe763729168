import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  jsonBody,
  startEmulator,
  type EmulatedAnswer,
  type EmulatedObject,
  type EmulatedRequest,
  type Emulator,
  type EmulatorOptions,
} from './emulator.ts';

type Type =
  | 'title'
  | 'rich_text'
  | 'select'
  | 'status'
  | 'multi_select'
  | 'date'
  | 'people'
  | 'number'
  | 'checkbox';

interface Property {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface NotionPage {
  created_time: string;
  last_edited_time: string;
  in_trash: boolean;
  /** Of the data source. */
  parent: string;
  properties: Record<string, Property>;
}

export interface NotionState {
  /** By ID. */
  readonly databases: Record<string, { title: string; dataSources: string[] }>;
  readonly dataSources: Record<
    string,
    { database: string; properties: Record<string, { type: Type; options?: string[] }> }
  >;
  readonly pages: Record<string, NotionPage>;
}

export interface NotionOptions extends EmulatorOptions {
  readonly state: NotionState;
  /** Of the one integration that is let in. Default: any. */
  readonly token?: string;
}

export const startNotion = ({ state, token, ...options }: NotionOptions): Promise<Emulator<NotionState>> =>
  startEmulator(
    {
      state,
      handle: (now, request) => {
        const authorization = request.headers.authorization ?? '';
        if (token === undefined ? !authorization.startsWith('Bearer ') : authorization !== `Bearer ${token}`)
          return errorAnswer(401, 'unauthorized', 'API token is invalid.');
        if (request.headers['notion-version'] === undefined)
          return errorAnswer(
            400,
            'missing_version',
            'Notion-Version header failed validation: it should be defined.',
          );
        return answer(now, request);
      },
      objects,
      errorOf: (status, retryAfterSeconds) => ({
        ...errorAnswer(status, errorCodes[status] ?? 'internal_server_error', 'As planned.'),
        ...(status === 429 ? { headers: { 'retry-after': String(retryAfterSeconds ?? 1) } } : {}),
      }),
      // Three a second on average, and bursts of more.
      limits: [{ count: 15, perMs: 5_000, of: ({ headers }) => headers.authorization ?? null }],
    },
    options,
  );

const errorCodes: Readonly<Record<number, string>> = {
  400: 'validation_error',
  401: 'unauthorized',
  403: 'restricted_resource',
  404: 'object_not_found',
  409: 'conflict_error',
  429: 'rate_limited',
  503: 'service_unavailable',
  504: 'gateway_timeout',
  529: 'service_overload',
};

const errorAnswer = (status: number, code: string, message: string): EmulatedAnswer => ({
  status,
  body: { object: 'error', status, code, message, request_id: randomUUID() },
});

class Refused extends Error {
  readonly answer: EmulatedAnswer;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.answer = errorAnswer(status, code, message);
  }
}

const answer = (state: NotionState, request: EmulatedRequest): EmulatedAnswer => {
  const [, version, kind, id = '', rest] = request.path.split('/');
  const route = `${request.method} ${version}/${kind}${id ? '/{id}' : ''}${rest ? `/${rest}` : ''}`;
  const handler = routes[route];
  if (!handler) return errorAnswer(400, 'invalid_request_url', 'Invalid request URL.');
  try {
    return handler(state, dashed(id), request);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
};

const dashed = (id: string): string =>
  id.replaceAll('-', '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const found = <Thing>(things: Readonly<Record<string, Thing>>, id: string, kind: string): Thing => {
  const thing = Object.hasOwn(things, id) ? things[id] : undefined;
  if (thing) return thing;
  throw new Refused(
    404,
    'object_not_found',
    `Could not find ${kind} with ID: ${id}. Make sure the relevant pages and databases are shared with your integration.`,
  );
};

const read = <Value>(schema: z.ZodType<Value>, request: EmulatedRequest): Value => {
  const parsed = schema.safeParse(jsonBody(request));
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues
    .map(({ path, message: what }) => `body.${path.join('.')} ${what}`)
    .join('; ');
  throw new Refused(400, 'validation_error', `body failed validation: ${message}`);
};

const given = z.record(z.string(), z.record(z.string(), z.unknown()));
const creation = z.object({
  parent: z.object({ type: z.literal('data_source_id').optional(), data_source_id: z.string() }),
  properties: given,
});
const change = z.object({ properties: given.optional(), in_trash: z.boolean().optional() });
const query = z.object({
  filter: z.object({ property: z.string(), rich_text: z.object({ equals: z.string() }) }).optional(),
  in_trash: z.boolean().default(false),
  page_size: z.int().min(1).max(100).default(100),
  start_cursor: z.string().optional(),
});

type Handler = (state: NotionState, id: string, request: EmulatedRequest) => EmulatedAnswer;

const routes: Readonly<Record<string, Handler>> = {
  'GET v1/databases/{id}': (state, id) => {
    const { title, dataSources } = found(state.databases, id, 'database');
    const named = dataSources.map((source) => ({ id: source, name: title }));
    return { status: 200, body: { object: 'database', id, title: [textItem(title)], data_sources: named } };
  },
  'GET v1/data_sources/{id}': (state, id) => {
    const { database, properties } = found(state.dataSources, id, 'data source');
    const columns = Object.entries(properties).map(([name, { type, options }]) => [
      name,
      {
        id: name,
        name,
        type,
        [type]: options
          ? { options: options.map((option) => ({ id: option, name: option, color: 'default' })) }
          : {},
      },
    ]);
    return {
      status: 200,
      body: {
        object: 'data_source',
        id,
        parent: { type: 'database_id', database_id: database },
        properties: Object.fromEntries(columns),
      },
    };
  },
  'POST v1/data_sources/{id}/query': (state, id, request) => {
    const source = found(state.dataSources, id, 'data source');
    const { filter, in_trash: isTrashed, page_size: size, start_cursor: cursor } = read(query, request);
    if (filter && source.properties[filter.property]?.type !== 'rich_text')
      throw new Refused(
        400,
        'validation_error',
        `Could not find property with name or id: ${filter.property}`,
      );
    const matching = Object.entries(state.pages).filter(
      ([, page]) =>
        page.parent === id &&
        page.in_trash === isTrashed &&
        (!filter || plainText(page.properties[filter.property]) === filter.rich_text.equals),
    );
    const start = cursor === undefined ? 0 : matching.findIndex(([pageId]) => pageId === cursor);
    const next = matching[start + size]?.[0] ?? null;
    return {
      status: 200,
      body: {
        object: 'list',
        type: 'page_or_data_source',
        page_or_data_source: {},
        results: matching.slice(start, start + size).map(([pageId, page]) => pageBody(state, pageId, page)),
        has_more: next !== null,
        next_cursor: next,
      },
    };
  },
  'GET v1/pages/{id}': (state, id) => ({
    status: 200,
    body: pageBody(state, id, found(state.pages, id, 'page')),
  }),
  'POST v1/pages': (state, _id, request) => {
    const { parent, properties } = read(creation, request);
    const sourceId = dashed(parent.data_source_id);
    const source = found(state.dataSources, sourceId, 'data source');
    const columns = Object.entries(source.properties);
    const time = toTheMinute(request.now);
    const page: NotionPage = {
      created_time: time,
      last_edited_time: time,
      in_trash: false,
      parent: sourceId,
      properties: Object.fromEntries(columns.map(([name, { type }]) => [name, stored(type, emptyOf(type))])),
    };
    write(state, page, properties);
    const id = randomUUID();
    state.pages[id] = page;
    return { status: 200, body: pageBody(state, id, page), wrote: `page/${id}` };
  },
  'PATCH v1/pages/{id}': (state, id, request) => {
    const page = found(state.pages, id, 'page');
    const { properties, in_trash: isTrashed } = read(change, request);
    if (page.in_trash && isTrashed !== false)
      throw new Refused(
        400,
        'validation_error',
        "Can't edit block that is archived. You must unarchive the block before editing.",
      );
    if (properties) write(state, page, properties);
    if (isTrashed !== undefined) page.in_trash = isTrashed;
    page.last_edited_time = toTheMinute(request.now);
    return { status: 200, body: pageBody(state, id, page), wrote: `page/${id}` };
  },
};

/** Notion tells no seconds. */
const toTheMinute = (time: Date): string =>
  new Date(Math.floor(time.getTime() / 60_000) * 60_000).toISOString();

const write = (state: NotionState, page: NotionPage, properties: z.output<typeof given>): void => {
  const columns = state.dataSources[page.parent]?.properties ?? {};
  for (const [name, value] of Object.entries(properties)) {
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (!column) throw new Refused(400, 'validation_error', `${name} is not a property that exists.`);
    if (!Object.hasOwn(value, column.type))
      throw new Refused(400, 'validation_error', `${name} is expected to be ${column.type}.`);
    addOptions(name, column, value[column.type]);
    page.properties[name] = stored(column.type, value[column.type]);
  }
};

/** As the real one does: what nobody has chosen before becomes an option; not so of a status. */
const addOptions = (name: string, column: { type: Type; options?: string[] }, chosen: unknown): void => {
  const options = column.options;
  if (!options) return;
  for (const { name: option } of z
    .array(z.object({ name: z.string() }))
    .parse([chosen].flat().filter(Boolean))) {
    if (options.includes(option)) continue;
    if (column.type === 'status')
      throw new Refused(
        400,
        'validation_error',
        `Invalid status option. Status option "${option}" does not exist for ${name}.`,
      );
    options.push(option);
  }
};

const emptyOf = (type: Type): unknown => {
  if (type === 'checkbox') return false;
  return ['title', 'rich_text', 'multi_select', 'people'].includes(type) ? [] : null;
};

const annotations = {
  bold: false,
  italic: false,
  strikethrough: false,
  underline: false,
  code: false,
  color: 'default',
};
const textItem = (content: string, style: object = {}) => ({
  type: 'text',
  text: { content, link: null },
  annotations: { ...annotations, ...style },
  plain_text: content,
  href: null,
});
const texts = z.array(
  z.object({ text: z.object({ content: z.string() }), annotations: z.looseObject({}).optional() }),
);
const dates = z.object({ start: z.string(), end: z.string().nullish() }).nullable();

/** What was asked for, as it is answered. */
const stored = (type: Type, value: unknown): Property => ({
  id: type,
  type,
  [type]: storedValue(type, value),
});

const storedValue = (type: Type, value: unknown): unknown => {
  switch (type) {
    case 'title':
    case 'rich_text':
      return texts.parse(value).map(({ text, annotations: style }) => textItem(text.content, style));
    case 'people':
      return z
        .array(z.object({ id: z.string() }))
        .parse(value)
        .map(({ id }) => ({ object: 'user', id: dashed(id) }));
    case 'select':
    case 'status':
      return (
        z.object({ name: z.string() }).nullable().parse(value) && { ...(value as object), color: 'default' }
      );
    case 'multi_select':
      return z
        .array(z.object({ name: z.string() }))
        .parse(value)
        .map((option) => ({ ...option, color: 'default' }));
    case 'date': {
      const date = dates.parse(value);
      return (
        date && { start: spelled(date.start), end: date.end ? spelled(date.end) : null, time_zone: null }
      );
    }
    default:
      return value;
  }
};

const spelled = (time: string): string =>
  time.includes('T') ? new Date(time).toISOString().replace('Z', '+00:00') : time;

const plainText = (property: Property | undefined): string =>
  z
    .array(z.object({ plain_text: z.string() }))
    .catch([])
    .parse(property?.[property.type])
    .map(({ plain_text }) => plain_text)
    .join('');

const pageBody = (state: NotionState, id: string, page: NotionPage) => ({
  object: 'page',
  id,
  created_time: page.created_time,
  last_edited_time: page.last_edited_time,
  archived: page.in_trash,
  in_trash: page.in_trash,
  parent: {
    type: 'data_source_id',
    data_source_id: page.parent,
    database_id: state.dataSources[page.parent]?.database,
  },
  properties: page.properties,
  url: `https://www.notion.so/${id.replaceAll('-', '')}`,
  public_url: null,
});

/** What a page shows, in words. */
const shown = (property: Property): unknown => {
  const value = property[property.type];
  if (property.type === 'title' || property.type === 'rich_text') return plainText(property);
  const names = z
    .array(z.union([z.object({ name: z.string() }), z.object({ id: z.string() })]))
    .safeParse(value);
  if (names.success) return names.data.map((one) => ('name' in one ? one.name : one.id));
  const option = z.object({ name: z.string() }).safeParse(value);
  if (option.success) return option.data.name;
  const date = z.object({ start: z.string() }).safeParse(value);
  return date.success ? date.data.start : value;
};

const titleOf = ({ properties }: NotionPage): string =>
  plainText(Object.values(properties).find(({ type }) => type === 'title'));

const objects = (state: NotionState): EmulatedObject[] => [
  ...Object.entries(state.databases).map(([id, { title }]) => ({
    kind: 'database',
    id,
    name: title,
    state: {},
  })),
  ...Object.entries(state.pages).map(([id, page]) => ({
    kind: 'page',
    id,
    name: titleOf(page),
    state: {
      title: titleOf(page),
      properties: Object.fromEntries(
        Object.entries(page.properties).flatMap(([name, property]) =>
          property.type === 'title' ? [] : [[name, shown(property) as EmulatedObject['state']]],
        ),
      ),
      archived: page.in_trash,
    },
  })),
];

const sandboxDatabase = 'c0de0000-0000-4000-8000-000000000001';
const sandboxSource = 'c0de0000-0000-4000-8000-000000000002';

/** One database, `tasks`, with three pages in it. */
export const sandboxNotionState = (): NotionState => {
  const state: NotionState = {
    databases: { [sandboxDatabase]: { title: 'tasks', dataSources: [sandboxSource] } },
    dataSources: {
      [sandboxSource]: {
        database: sandboxDatabase,
        properties: {
          Name: { type: 'title' },
          status: { type: 'select', options: ['To do', 'In progress', 'Done'] },
          priority: { type: 'select', options: ['Low', 'High'] },
          due_date: { type: 'date' },
          assignee: { type: 'people' },
          countersign_key: { type: 'rich_text' },
        },
      },
    },
    pages: {},
  };
  const titles = ['Renew the certificate of the shop', 'Write the report of the outage', 'Order new badges'];
  titles.forEach((title, index) => {
    const page: NotionPage = {
      created_time: '2026-11-02T09:00:00.000Z',
      last_edited_time: '2026-11-02T09:00:00.000Z',
      in_trash: false,
      parent: sandboxSource,
      properties: Object.fromEntries(
        Object.entries(state.dataSources[sandboxSource]?.properties ?? {}).map(([name, { type }]) => [
          name,
          stored(type, emptyOf(type)),
        ]),
      ),
    };
    write(state, page, {
      Name: { title: [{ text: { content: title } }] },
      status: { select: { name: index === 0 ? 'In progress' : 'To do' } },
    });
    state.pages[`c0de0000-0000-4000-8000-00000000001${index + 1}`] = page;
  });
  return state;
};
