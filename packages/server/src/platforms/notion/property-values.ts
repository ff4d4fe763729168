import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { Page, PageProperty, PropertyValues } from './page.ts';
import { canonicalId, idPattern } from './workspace.ts';

/** Notion shows so many of a property's parts with its page, and not whether there are more. */
export const mostParts = 25;
const mostProperties = 50;
const longestText = 2_000;

const texts = z
  .array(z.strictObject({ text: z.strictObject({ content: z.string().max(longestText) }) }))
  .max(mostParts - 1);
const option = z.strictObject({ name: z.string().min(1).max(100) });
const ids = z
  .array(z.strictObject({ id: z.string().regex(idPattern, 'Must be an ID of Notion.') }))
  .max(mostParts - 1);
const moment = z.union(
  [z.iso.date(), z.iso.datetime({ offset: true })],
  'Must be a date, or a time with its offset: 2026-12-24T18:00:00Z.',
);

const value = z
  .strictObject({
    title: texts,
    rich_text: texts,
    number: z.number().nullable(),
    checkbox: z.boolean(),
    select: option.nullable(),
    status: option.nullable(),
    multi_select: z.array(option).max(100),
    date: z.strictObject({ start: moment, end: moment.optional() }).nullable(),
    people: ids,
    relation: ids,
    url: z.string().min(1).max(longestText).nullable(),
    email: z.string().min(1).max(200).nullable(),
    phone_number: z.string().min(1).max(200).nullable(),
  })
  .partial()
  .refine((given) => Object.keys(given).length === 1, 'Must have exactly one key, the type of the property.');

/** More are refused before they are looked at. */
const values = z
  .preprocess(
    (given, context) => {
      if (typeof given !== 'object' || given === null || Object.keys(given).length <= mostProperties)
        return given;
      context.addIssue({ code: 'custom', message: `At most ${mostProperties} properties.` });
      return z.NEVER;
    },
    z.record(z.string().min(1).max(100), value),
  )
  .describe(
    'Property name → its value, as the API of Notion takes it: {"status":{"select":{"name":"Done"}}}',
  );

/** What comes as JSON leaves out what is not given. */
export const propertyValues = values as z.ZodType as z.ZodType<PropertyValues>;

/** The type of a value, and the value in it. */
export const typed = (given: Json): { readonly type: string; readonly content: Json } => {
  const [[type, content] = ['', null]] = Object.entries(given ?? {}) as [string, Json][];
  return { type, content };
};

const part = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  plain_text: z.string().optional(),
  text: z.looseObject({ content: z.string() }).optional(),
});
const parts = z.array(part);
const period = z.looseObject({ start: z.string(), end: z.string().nullish() }).nullable();

/** What a property shows, whether asked for or answered, so that both compare; undefined where its type is not known here. */
export const shownValue = (type: string, content: unknown): Json | undefined => {
  switch (type) {
    case 'title':
    case 'rich_text':
      return parts
        .parse(content)
        .map(({ plain_text, text }) => plain_text ?? text?.content ?? '')
        .join('');
    case 'select':
    case 'status':
      return part.nullable().parse(content)?.name ?? null;
    case 'multi_select':
      return parts
        .parse(content)
        .map(({ name = '' }) => name)
        .toSorted();
    case 'people':
    case 'relation':
      return parts
        .parse(content)
        .map(({ id = '' }) => canonicalId(id))
        .toSorted();
    case 'date': {
      const given = period.parse(content);
      return given && [given.start, ...(given.end ? [given.end] : [])].map(inOneSpelling).join(' to ');
    }
    case 'number':
    case 'checkbox':
    case 'url':
    case 'email':
    case 'phone_number':
      return content as Json;
    default:
      return undefined;
  }
};

/** Notion spells times with milliseconds and an offset of its own. */
const inOneSpelling = (time: string): string => (time.includes('T') ? new Date(time).toISOString() : time);

export const shownProperty = (property: PageProperty | undefined): Json | undefined =>
  property && shownValue(property.type, property[property.type]);

/** Of all properties that show something of their own: what is computed, or signed anew at each look, is not among them. */
export const shownProperties = ({ properties }: Page): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) => {
      const shown = shownProperty(property);
      return shown === undefined ? [] : [[name, shown]];
    }),
  );

export const titleOf = ({ properties }: Page): string => {
  const title = shownProperty(Object.values(properties).find(({ type }) => type === 'title'));
  return typeof title === 'string' ? title : '';
};

/** Whether a page shows these values. */
export const holds = (page: Page, values: PropertyValues): boolean =>
  Object.entries(values).every(([name, given]) => {
    const { type, content } = typed(given);
    const shown = shownProperty(ownProperty(page, name));
    return shown !== undefined && canonicalJson(shown) === canonicalJson(shownValue(type, content));
  });

export const ownProperty = ({ properties }: Page, name: string): PageProperty | undefined =>
  Object.hasOwn(properties, name) ? properties[name] : undefined;

/** What a page has once this was written: what Notion adds of its own, such as ids and colours, is left out. */
export const propertyOf = (given: Json): PageProperty => {
  const { type, content } = typed(given);
  if (type !== 'title' && type !== 'rich_text') return { type, [type]: content };
  const texts = parts.parse(content).map(({ text }) => ({
    type: 'text',
    text: { content: text?.content ?? '', link: null },
    annotations: {},
    plain_text: text?.content ?? '',
  }));
  return { type, [type]: texts };
};

/** The value to write so that the property is as it is now, formatting included. */
export const restorableValue = (property: PageProperty): Json => {
  const content = property[property.type];
  return { [property.type]: restorable(property.type, content) as Json };
};

const restorable = (type: string, content: unknown): unknown => {
  switch (type) {
    case 'title':
    case 'rich_text':
      return z
        .array(z.looseObject({ type: z.string(), annotations: z.unknown() }))
        .parse(content)
        .map((item) => ({ type: item.type, [item.type]: item[item.type], annotations: item.annotations }));
    case 'select':
    case 'status': {
      const chosen = part.nullable().parse(content);
      return chosen && { name: chosen.name };
    }
    case 'multi_select':
      return parts.parse(content).map(({ name }) => ({ name }));
    case 'people':
    case 'relation':
      return parts.parse(content).map(({ id }) => ({ id }));
    case 'date':
      return period.parse(content);
    default:
      return content;
  }
};
