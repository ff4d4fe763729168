import type { Json } from './json.ts';

/** One value that differs between two documents; null where there is none, as JSON text where there is one. */
export interface DataChange {
  /** `settings.environments.PRODUCTION.autonomyLevel` */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: Json | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value);

/** Every value that differs, the first `most` of them: lists are one value. */
export const dataChanges = (before: Json, after: Json, most: number): readonly DataChange[] => {
  const changes: DataChange[] = [];
  const visit = (path: string, one: Json | undefined, other: Json | undefined): void => {
    if (changes.length >= most) return;
    if (isObject(one) && isObject(other)) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)]))
        visit(path === '' ? key : `${path}.${key}`, one[key], other[key]);
      return;
    }
    const [then, now] = [textOf(one), textOf(other)];
    if (then !== now) changes.push({ path, before: then, after: now });
  };
  visit('', before, after);
  return changes;
};
