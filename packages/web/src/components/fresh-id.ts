/** 32 hexadecimal digits that nobody had before. A page that is not on https has no `randomUUID`. */
export const freshId = (): string =>
  [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16).padStart(8, '0')).join('');
