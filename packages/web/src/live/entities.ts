/**
 * Puts newer entities into cached answers without knowing which query they came from, or what they are: everything
 * with the same `__typename` and `id` takes over the fields that it already shows.
 */
export type Entity = { readonly __typename: string; readonly id: string; readonly [field: string]: unknown };

type Plain = { readonly [key: string]: unknown };

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEntity = (value: unknown): value is Entity =>
  isPlain(value) && typeof value['__typename'] === 'string' && typeof value['id'] === 'string';

const keyOf = ({ __typename, id }: Entity): string => `${__typename}:${id}`;

const updatedAtOf = (value: unknown): number | undefined =>
  isEntity(value) && typeof value['updatedAt'] === 'string' ? Date.parse(value['updatedAt']) : undefined;

/** When an entity was as it is: its own time, or that of an entity in it or around it. */
const versionOf = (entity: Entity, around: number | undefined): number | undefined =>
  [entity, ...Object.values(entity)].map(updatedAtOf).find((version) => version !== undefined) ?? around;

interface Fresh {
  readonly entity: Entity;
  readonly version: number | undefined;
}
export type FreshEntities = ReadonlyMap<string, Fresh>;

const isNotOlder = (version: number | undefined, than: number | undefined): boolean =>
  version === undefined || than === undefined || version >= than;

/** All entities in some news, each as it was last. */
export const freshIn = (news: unknown): FreshEntities => {
  const fresh = new Map<string, Fresh>();
  const collect = (value: unknown, around?: number): void => {
    if (typeof value !== 'object' || value === null) return;
    let version = around;
    if (isEntity(value)) {
      version = versionOf(value, around);
      if (isNotOlder(version, fresh.get(keyOf(value))?.version))
        fresh.set(keyOf(value), { entity: value, version });
    }
    for (const part of Object.values(value)) collect(part, version);
  };
  collect(news);
  return fresh;
};

/** The same value where nothing changed, so that nothing renders again. */
const mapParts = (value: Plain, map: (part: unknown, key: string) => unknown): Plain => {
  const parts = Object.entries(value).map(([key, part]) => [key, map(part, key)] as const);
  return parts.every(([key, part]) => part === value[key]) ? value : Object.fromEntries(parts);
};

/**
 * Fields are replaced, never added: a list row keeps its shape. An entity that is gone leaves its place; one that
 * another has taken the place of stays until it is asked about.
 */
const patchEntity = (shown: Entity, fresh: FreshEntities, around?: number): Plain => {
  const version = versionOf(shown, around);
  const found = fresh.get(keyOf(shown));
  const newer: Plain = found && isNotOlder(found.version, version) ? found.entity : {};
  return mapParts(shown, (part, key) => {
    if (isEntity(part) && newer[key] !== null) return patchEntity(part, fresh, version);
    return key in newer && !isEntity(newer[key]) ? newer[key] : part;
  });
};

export const patchEntities = (value: unknown, fresh: FreshEntities): unknown => {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => patchEntities(item, fresh));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (isEntity(value)) return patchEntity(value, fresh);
  return isPlain(value) ? mapParts(value, (part) => patchEntities(part, fresh)) : value;
};

/** Whether an answer shows any of these entities, at any depth. */
export const mentions = (value: unknown, fresh: FreshEntities): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  return (
    (isEntity(value) && fresh.has(keyOf(value))) || Object.values(value).some((part) => mentions(part, fresh))
  );
};
