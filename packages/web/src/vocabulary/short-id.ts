/** The end of an id: ids that grow with time differ there. The whole id stays in a title or an address. */
export const shortId = (id: string): string => id.replaceAll('-', '').slice(-8);
