/** Whether each word of a search stands somewhere in a name, whatever the case and wherever. */
export const namedLike = (name: string, search: string): boolean =>
  search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.toLowerCase().includes(word));
